// npm run fuzz -- [--minutes N] [--seed S] [--only K] [--json]
// Mutates files and ingests them by the real handlers. A case that fails is kept and told with the command that replays it. Ends
// with 1 when one did: a crash, a hang, an error without a name, too much memory, something left behind or untrue.
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { migrateDatabase } from '@pressroom/database';
import { openEmbeddedPostgres } from '@pressroom/embedded-postgres';
import { ResourceScope } from '@pressroom/runtime';
import { corpus, temporaryFolder } from '@pressroom/testing';
import { openIngestLanes } from '../stand/ingest-lanes.ts';
import { fuzzSources } from './fuzz-sources.ts';
import { documentOf, renderOutcomes } from './report.ts';
import { type FuzzResult, runFuzz } from './run-fuzz.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    seed: { type: 'string' },
    /** The number of a single case of that seed. */
    only: { type: 'string' },
    /** One JSON object a case on standard output instead of lines for people. */
    json: { type: 'boolean', default: false },
  },
});
const minutes = Number(values.minutes);
const seed = values.seed === undefined ? randomInt(1, 2 ** 31) : Number(values.seed);
const only = values.only === undefined ? undefined : Number(values.only);
if (!(minutes > 0) || !Number.isInteger(seed) || (only !== undefined && !Number.isInteger(only))) {
  process.stderr.write('npm run fuzz -- [--minutes N] [--seed S] [--only K] [--json]\n');
  process.exit(2);
}
const lanesWanted = only === undefined ? 2 : 1;
const tell = (line: string): void => void process[values.json ? 'stderr' : 'stdout'].write(`${line}\n`);
let interrupted = false;
process.once('SIGINT', () => {
  interrupted = true;
});

const scope = new ResourceScope('fuzz');
try {
  const folder = await scope.use('folder', temporaryFolder, (opened) => opened.remove());
  const postgres = await scope.use(
    'PostgreSQL',
    () => openEmbeddedPostgres({ dataFolder: join(folder.path, 'postgres'), durability: 'tests' }),
    (opened) => opened.stop(),
  );
  const databaseUrls: string[] = [];
  for (let lane = 0; lane < lanesWanted; lane += 1) {
    const url = await postgres.createDatabase(`lane_${lane}`);
    await migrateDatabase(url);
    databaseUrls.push(url);
  }
  const lanes = await scope.use(
    'lanes',
    () => openIngestLanes(databaseUrls, folder.path),
    (opened) => opened.close(),
  );
  const sources = await fuzzSources(corpus());
  tell(`Seed ${seed}: ${sources.length} files to mutate`);
  const begun = performance.now();
  const run = await runFuzz({
    seed,
    sources,
    lanes,
    folder: folder.path,
    first: only ?? 0,
    goesOn: (number) =>
      !interrupted && (only === undefined ? performance.now() - begun < minutes * 60_000 : number === only),
    tell: (result) => report(result),
  });
  const failed = run.results.filter(({ outcome }) => outcome.violations.length > 0).length;
  tell(`\n${renderOutcomes(run.results)}\n`);
  for (const leak of run.leaks) tell(`! ${leak}`);
  tell(`${run.results.length} cases, ${failed} failed, ${run.leaks.length} leaks`);
  process.exitCode = failed + run.leaks.length === 0 ? 0 : 1;
} finally {
  await scope.close();
}

function report(result: FuzzResult): void {
  const { case: planned, outcome, folder } = result;
  if (values.json) process.stdout.write(`${JSON.stringify(documentOf(result))}\n`);
  if (outcome.violations.length === 0 && only === undefined) return;
  tell(
    `${outcome.violations.length === 0 ? 'ok    ' : 'FAILED'} case ${planned.number} of ${planned.source.name}:`,
  );
  tell(`    ended: ${outcome.ended} ${outcome.code ?? ''} ${outcome.message ?? ''}`);
  for (const what of planned.told) tell(`    ${what}`);
  for (const violation of outcome.violations) tell(`  ! ${violation}`);
  if (folder !== undefined)
    tell(`  bytes in ${folder}; again: npm run fuzz -- --seed ${planned.seed} --only ${planned.number}`);
}
