// npm run chaos -- [--runs N] [--seed S] [--backend redis|postgres] [--seconds N] [--json]
// Runs seeds S, S+1, … on each backend; a failing one is told with the command that replays it. Ends with 1 when one failed.
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { openChaosStand } from './chaos-stand.ts';
import { type ChaosResult, runChaos } from './run-chaos.ts';
import { backends, describeFault, planRun } from './run-plan.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '3' },
    seed: { type: 'string' },
    backend: { type: 'string' },
    /** Begins no further run after so many seconds. */
    seconds: { type: 'string', default: '86400' },
    /** One JSON object a run on standard output instead of lines for people. */
    json: { type: 'boolean', default: false },
  },
});
const runs = Number(values.runs);
const first = values.seed === undefined ? randomInt(1, 2 ** 31) : Number(values.seed);
const wanted = backends.filter((backend) => values.backend === undefined || values.backend === backend);
if (!Number.isInteger(runs) || runs < 1 || !Number.isInteger(first) || wanted.length === 0) {
  process.stderr.write(
    'npm run chaos -- [--runs N] [--seed S] [--backend redis|postgres] [--seconds N] [--json]\n',
  );
  process.exit(2);
}
let interrupted = false;
process.once('SIGINT', () => {
  interrupted = true;
});
const begun = performance.now();
const tell = (line: string): void => void process[values.json ? 'stderr' : 'stdout'].write(`${line}\n`);
let failed = 0;
let done = 0;
for (const backend of wanted) {
  tell(`Starting the system on ${backend}`);
  const stand = await openChaosStand(backend);
  const names = stand.system.processes.map(({ name }) => name);
  try {
    for (let seed = first; seed < first + runs && !interrupted; seed += 1) {
      if ((performance.now() - begun) / 1_000 > Number(values.seconds)) break;
      const plan = planRun(seed, backend, names);
      const result = await runChaos(stand, plan);
      const { violations, jobs, calls, settleMs, durationMs, orphanedFiles, folder } = result;
      done += 1;
      if (values.json) process.stdout.write(`${JSON.stringify(reportOf(result))}\n`);
      const facts = [
        Object.entries(jobs)
          .map(([status, count]) => `${count} ${status}`)
          .join(', '),
        `${plan.faults.length} faults (${plan.faults.map(({ kind }) => kind).join(', ')})`,
        `${calls.made} calls for ${calls.needed} pictures, ${calls.boughtAgain.length} bought again`,
        `${orphanedFiles} orphaned files`,
        `settled ${settleMs} ms after the last fault`,
        `${durationMs} ms`,
      ];
      tell(`${violations.length === 0 ? 'ok    ' : 'FAILED'} ${backend} seed ${seed}: ${facts.join('; ')}`);
      for (const { call, process: by, explainedBy } of calls.boughtAgain)
        tell(`    ${call} was bought again: ${by} lost its answer at ${explainedBy ?? 'no fault'}`);
      if (violations.length === 0) continue;
      failed += 1;
      for (const fault of plan.faults) tell(`    ${describeFault(fault)}`);
      for (const violation of violations) tell(`  ! ${violation}`);
      tell(`  logs in ${folder}; again: npm run chaos -- --runs 1 --seed ${seed} --backend ${backend}`);
    }
  } finally {
    await stand.close();
  }
}
tell(`${done} runs, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

function reportOf({ plan, ...result }: ChaosResult): object {
  const { seed, backend, faults } = plan;
  return { seed, backend, ...result, faults: faults.map(describeFault) };
}
