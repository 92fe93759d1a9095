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
  return [...stripColours(cell)].length;
}

function stripColours(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is how colours begin
  return text.replaceAll(/\u001b\[\d+m/g, '');
}
