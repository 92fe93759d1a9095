import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from './repository-root.ts';

export interface CorpusExpectation {
  readonly verdict: 'accept' | 'reject' | 'either' | 'limit' | 'unsupported';
  /** The facts that its README explains. */
  readonly [fact: string]: unknown;
}

export interface CorpusFile {
  /** Relative to the corpus, e.g. `photos/x.jpg`; names the file in tests. */
  readonly name: string;
  /** Absolute. */
  readonly path: string;
  readonly kind: string;
  readonly expectation: CorpusExpectation;
  readonly bytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
  readonly licence: string;
}

export interface Corpus {
  readonly folder: string;
  readonly files: readonly CorpusFile[];
  /** Throws for a name that the manifest does not have. */
  file(name: string): CorpusFile;
}

export interface CorpusOptions {
  /** Default: `PRESSROOM_CORPUS`, else `shared/corpus` beside the checkout. */
  readonly folder?: string;
}

/**
 * Real files with what is known about them. They live outside the repository, so there may be none: then the result is
 * undefined, and a note on standard error says that tests are skipped.
 */
export function corpus(options: CorpusOptions = {}): Corpus | undefined {
  const folder =
    options.folder ?? process.env['PRESSROOM_CORPUS'] ?? join(repositoryRoot(), '..', 'shared', 'corpus');
  const manifest = join(folder, 'MANIFEST.tsv');
  if (!existsSync(manifest)) {
    process.stderr.write(`No corpus at ${folder}: tests on real files are skipped (set PRESSROOM_CORPUS)\n`);
    return undefined;
  }
  const [head = '', ...rows] = readFileSync(manifest, 'utf8').trimEnd().split('\n');
  const columns = head.split('\t');
  const files = rows.map((row, index) => readRow(folder, columns, row, index + 2));
  return {
    folder,
    files,
    file: (name) => {
      const found = files.find((file) => file.name === name);
      if (found === undefined) throw new Error(`The corpus has no file ${name}`);
      return found;
    },
  };
}

function readRow(folder: string, columns: readonly string[], row: string, line: number): CorpusFile {
  const values = row.split('\t');
  if (values.length !== columns.length) {
    throw new Error(`MANIFEST.tsv line ${line} has ${values.length} columns instead of ${columns.length}`);
  }
  const value = (name: string) => values[columns.indexOf(name)] ?? '';
  return {
    name: value('path'),
    path: join(folder, value('path')),
    kind: value('kind'),
    expectation: JSON.parse(value('expectation')) as CorpusExpectation,
    bytes: Number(value('bytes')),
    sha256: value('sha256'),
    licence: value('licence'),
  };
}
