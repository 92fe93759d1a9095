// npm run bench -- [scenario…] [--quick]
// Measures; judges nobody: a missed aim ends with 0, only something that breaks ends with 1.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { repositoryRoot } from '@pressroom/testing';
import { machineFacts } from './machine-facts.ts';
import { renderTable, toDocument } from './report.ts';
import { runScenarios } from './run-scenarios.ts';
import { scenarios } from './scenarios.ts';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean', default: false } },
});
const unknown = positionals.filter((name) => !scenarios.some((scenario) => scenario.name === name));
if (unknown.length > 0) {
  const known = scenarios.map(({ name, about }) => `  ${name.padEnd(12)}${about}`).join('\n');
  process.stderr.write(`There is no scenario ${unknown.join(', ')}. These are:\n${known}\n`);
  process.exit(2);
}
const wanted = scenarios.filter(({ name }) => positionals.length === 0 || positionals.includes(name));

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => stop.abort(new Error(`Stopped by ${signal}`)));
}
const at = new Date();
try {
  const measurements = await runScenarios(wanted, {
    quick: values.quick,
    signal: stop.signal,
    tell: (line) => process.stderr.write(`${line}\n`),
  });
  const document = toDocument(measurements, await machineFacts(), {
    at: at.toISOString(),
    quick: values.quick,
  });
  const folder = join(repositoryRoot(), 'bench-results');
  const file = join(folder, `${at.toISOString().replaceAll(':', '-').slice(0, 19)}.json`);
  const json = JSON.stringify(document, undefined, 2);
  await mkdir(folder, { recursive: true });
  await writeFile(file, `${json}\n`);
  process.stdout.write(`\n${renderTable(measurements)}\n\n${json}\n`);
  process.stderr.write(`\nAlso in ${file}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
}
