// Writes the pages that are made from the code, so that they cannot say anything else: `npm run generate`.
// With --check it writes nothing and fails when a page is stale.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { buildOpenApiDocument, errorStatuses } from '@pressroom/api';
import { renderSettingsTable, settings } from '@pressroom/config';
import {
  breakerMachine,
  errorRegistry,
  ingestMachine,
  jobMachine,
  stepMachine,
  usageExportMachine,
} from '@pressroom/domain';

const root = join(import.meta.dirname, '..');
const check = process.argv.includes('--check');
const note = '<!-- Made by `npm run generate`. Change the code, not this page. -->\n';

const pages = {
  'docs/reference/errors.md': renderErrors(),
  'docs/reference/life-cycles.md': renderLifeCycles(),
  'docs/reference/settings.md': `# Settings\n\n${note}\nAll settings are environment variables.\n\n${renderSettingsTable()}`,
  'README.md': renderReadme(),
  'docker-compose.yml': renderCompose(),
  'docs/reference/openapi.json': `${JSON.stringify(buildOpenApiDocument(), null, 2)}\n`,
};

const stale = Object.entries(pages).filter(([path, text]) => read(join(root, path)) !== text);
if (check && stale.length > 0) {
  console.error(
    `Stale: ${stale.map(([path]) => path).join(', ')}. Run \`npm run generate\` and commit what it wrote.`,
  );
  process.exit(1);
}
for (const [path, text] of stale) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
  console.log(`wrote ${path}`);
}

/** The README is written by hand, but for its table of settings. */
function renderReadme() {
  return replaceBetween(
    'README.md',
    ['<!-- settings: made by `npm run generate` -->\n', '<!-- /settings -->'],
    `\n${renderSettingsTable()}\n`,
  );
}

/** The compose file passes every setting on, but for those that it or the images must decide by themselves. */
function renderCompose() {
  const decided = [
    ...[
      'DATABASE_URL',
      'DATABASE_DIRECT_URL',
      'REDIS_URL',
      'PRESSROOM_DATA_FOLDER',
      'PRESSROOM_STORAGE_FOLDER',
    ],
    ...['PRESSROOM_HOST', 'PRESSROOM_PORT', 'PRESSROOM_HEALTH_HOST', 'PRESSROOM_HEALTH_PORT'],
    // The API alone has a use for it.
    'PRESSROOM_OPERATOR_TOKEN',
    ...['PRESSROOM_LOG_FORMAT', 'PRESSROOM_FAULTS_FOLDER'],
  ];
  const lines = settings.flatMap(({ name }) => (decided.includes(name) ? [] : `  ${name}: \${${name}:-}\n`));
  const markers = ['  # settings: made by `npm run generate`\n', '  # /settings'];
  return replaceBetween('docker-compose.yml', markers, lines.join(''));
}

function replaceBetween(path, [begin, end], inner) {
  const text = readFileSync(join(root, path), 'utf8');
  return `${text.slice(0, text.indexOf(begin) + begin.length)}${inner}${text.slice(text.indexOf(end))}`;
}

function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function renderErrors() {
  const rows = Object.entries(errorRegistry).map(
    ([code, { title, retryability, advice }]) =>
      `| \`${code}\` | ${errorStatuses[code]} | ${retryability} | ${title} | ${advice} |`,
  );
  return [
    '# Errors',
    '',
    note,
    'Every error has a stable `code`. `transient` ones are tried again and spend an attempt, `throttled` ones wait and spend none, `permanent` ones stop at once.',
    '',
    '| code | HTTP | sort | title | what to do |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

function renderLifeCycles() {
  const parts = [jobMachine, stepMachine, ingestMachine, breakerMachine, usageExportMachine].map(
    (machine) => {
      const edges = Object.entries(machine.transitions).flatMap(([event, { from, to }]) =>
        from.map((state) => `    ${state} --> ${to}: ${event}`),
      );
      const ends = machine.final.map((state) => `    ${state} --> [*]`);
      return [
        `## ${machine.name}`,
        '',
        '```mermaid',
        'stateDiagram-v2',
        `    [*] --> ${machine.initial}`,
        ...edges,
        ...ends,
        '```',
        '',
      ].join('\n');
    },
  );
  return [
    '# Life cycles',
    '',
    note,
    'Each arrow is one guarded update; nothing else changes a status.',
    '',
    ...parts,
  ].join('\n');
}
