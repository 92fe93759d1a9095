/** A run of text as pdf.js gives it: `transform` is [a, b, c, d, x, y] in points, y upwards. */
export interface PdfTextItem {
  readonly str: string;
  readonly transform: readonly number[];
  readonly width: number;
  readonly height: number;
  readonly hasEOL: boolean;
}

/** One line of a page: its text with the place and size that tell headings and paragraphs. Points, y upwards. */
export interface PdfLine {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly size: number;
}

/** Puts runs together into lines, in the order of the file's content, which writers keep in reading order. */
export function pdfLines(items: readonly PdfTextItem[]): PdfLine[] {
  const lines: PdfLine[] = [];
  let current: { text: string; x: number; y: number; size: number; end: number } | undefined;
  const finish = (): void => {
    if (current !== undefined && current.text.trim().length > 0) {
      lines.push({
        text: current.text.replace(/\s+/g, ' ').trim(),
        x: current.x,
        y: current.y,
        size: current.size,
      });
    }
    current = undefined;
  };
  for (const item of items) {
    const [a = 0, b = 0, , , x = 0, y = 0] = item.transform;
    const size = Math.hypot(a, b) || item.height;
    if (item.str.length > 0) {
      // A run that begins elsewhere on the page is another line, even where the file does not say so.
      if (
        current !== undefined &&
        Math.abs(current.y - y) > Math.max(current.size, size) * 0.6 &&
        item.str.trim() !== ''
      )
        finish();
      if (current === undefined) {
        current = { text: item.str, x, y, size, end: x + item.width };
      } else {
        const gap = x - current.end;
        const apart = gap > size * 0.2 && !current.text.endsWith(' ') && !item.str.startsWith(' ');
        current.text += apart ? ` ${item.str}` : item.str;
        current.end = x + item.width;
        if (item.str.trim().length > 0) current.size = Math.max(current.size, size);
      }
    }
    if (item.hasEOL) finish();
  }
  finish();
  return lines;
}
