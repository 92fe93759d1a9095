import { stripVTControlCharacters } from 'node:util';

/** Lines with the cells of each column below each other, two spaces between them. Widths are counted in characters. */
export function alignColumns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, widthOf(cell));
    });
  }
  return rows.map((row) =>
    row
      .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - widthOf(cell)))
      .join('  ')
      .trimEnd(),
  );
}

/** Without the codes that colour it. */
function widthOf(cell: string): number {
  return Array.from(stripVTControlCharacters(cell)).length;
}
