import { Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import iconv from 'iconv-lite';
import type { Extracted } from '../document-block.ts';
import type { DocumentLimits } from '../document-limits.ts';
import { documentProblem } from '../document-problem.ts';
import { detectCsvDialect } from '../text/csv-dialect.ts';
import { charsetSampleBytes } from '../text/detect-charset.ts';
import { openText } from '../text/open-text.ts';
import { readHead } from '../text/read-head.ts';

const maxRecordCharacters = 1024 * 1024;
/** Of a column's name where a record repeats it: a long one would make a table many times its size. */
const maxNameCharacters = 100;

/**
 * A table: each record is a block that names its columns (`City: Oslo; Year: 2019`), so that a chunk of it can be read without
 * the header. Streams. Errors thrown: `unsupported-type`, `document-corrupt`, `document-too-complex` (columns, record length).
 */
export async function* extractCsv(path: string, limits: DocumentLimits): AsyncGenerator<Extracted> {
  const { charset, text } = await openText(path);
  yield { type: 'facts', facts: { charset } };
  const sample = iconv.decode(await readHead(path, charsetSampleBytes), charset);
  const { delimiter } = detectCsvDialect(sample, { strict: false }) ?? { delimiter: ',' };
  const parser = Readable.from(text).pipe(
    parse({
      delimiter,
      bom: true,
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      max_record_size: maxRecordCharacters,
    }),
  );
  let header: string[] | undefined;
  try {
    for await (const record of parser as AsyncIterable<string[]>) {
      if (record.length > limits.maxColumns) {
        throw documentProblem(
          'document-too-complex',
          `The table has ${record.length} columns; ${limits.maxColumns} can be read`,
        );
      }
      const cells = record.map((cell) => cell.replace(/\s+/g, ' ').trim());
      if (header === undefined) {
        header = cells.map((cell) => cell.slice(0, maxNameCharacters).toWellFormed());
        yield row(cells.filter((cell) => cell.length > 0).join(' | '));
      } else yield row(describeRecord(header, cells));
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    if (error.code === 'CSV_MAX_RECORD_SIZE') {
      throw documentProblem(
        'document-too-complex',
        'The table has a record of more than a million characters',
        error,
      );
    }
    throw documentProblem('document-corrupt', `The table cannot be read: ${error.message}`, error);
  }
}

function row(text: string): Extracted {
  return { type: 'block', block: { kind: 'table-row', text } };
}

function describeRecord(header: readonly string[], cells: readonly string[]): string {
  return cells
    .map((cell, at) => ({ cell, name: header[at] ?? '' }))
    .filter(({ cell }) => cell.length > 0)
    .map(({ cell, name }) => (name.length > 0 ? `${name}: ${cell}` : cell))
    .join('; ');
}
