// npm run recovery -- [--only NAME,NAME] [--backend redis|postgres] [--books N] [--outage SECONDS] [--pace default|quick]
// Strikes with one fault after the other at the intervals that users have, and says how long each took. Ends with 1 when a promise was broken.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { repositoryRoot } from '@pressroom/testing';
import { fullSize, runScenario, type Scenario, type ScenarioName, scenarios } from './scenarios.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    backend: { type: 'string' },
    books: { type: 'string', default: String(fullSize.books) },
    outage: { type: 'string', default: String(fullSize.outageMs / 1_000) },
    pace: { type: 'string', default: fullSize.pace },
  },
});
const names = Object.keys(scenarios) as ScenarioName[];
const only = values.only?.split(',');
const unknown = only?.filter((name) => !names.includes(name as ScenarioName)) ?? [];
if (unknown.length > 0 || !['default', 'quick'].includes(values.pace)) {
  process.stderr.write(`npm run recovery -- --only NAME; the names are ${names.join(', ')}\n`);
  process.exit(2);
}
const size = {
  pace: values.pace as 'default' | 'quick',
  books: Number(values.books),
  outageMs: Number(values.outage) * 1_000,
};
const tell = (line: string): void => void process.stdout.write(`${line}\n`);
const seconds = (ms: number | null): string =>
  ms === null || Number.isNaN(ms) ? '–' : `${(ms / 1_000).toFixed(1)} s`;
tell('| fault | backend | in flight | first | first rebuilt | last | longest still | rebuilt | calls |');
tell('|---|---|---|---|---|---|---|---|---|');
for (const name of names) {
  if (only !== undefined && !only.includes(name)) continue;
  const scenario: Scenario = scenarios[name];
  for (const backend of scenario.backends) {
    if (values.backend !== undefined && values.backend !== backend) continue;
    const { violations, log, notes = [], ...found } = await runScenario(name, backend, size);
    const { calls, statuses } = found;
    const cells = [
      scenario.title,
      backend,
      found.inFlight,
      seconds(found.firstMs),
      seconds(found.firstRebuiltMs),
      seconds(found.lastMs),
      seconds(found.longestStillMs),
      found.rebuilt,
      `${calls.made} made, ${calls.needed} needed, ${calls.boughtAgain} again`,
    ];
    tell(`| ${cells.join(' | ')} |`);
    tell(`<!-- ${name}: ${JSON.stringify(statuses)} ${notes.join('; ')} -->`);
    if (violations.length === 0) continue;
    process.exitCode = 1;
    const folder = join(repositoryRoot(), 'chaos-results', `recovery-${name}-${backend}`);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'processes.txt'), log());
    for (const violation of violations) tell(`<!-- ! ${violation} -->`);
    tell(`<!-- logs in ${folder} -->`);
  }
}
