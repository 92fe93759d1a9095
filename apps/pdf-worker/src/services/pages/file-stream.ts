import { type PDFDict, PDFName, PDFNumber, PDFStream } from 'pdf-lib';

export interface FileRange {
  readonly offset: number;
  readonly length: number;
}

/**
 * A stream object whose bytes stay in a file until the document is written: two hundred pictures are two hundred paths,
 * not two hundred buffers. Only `writePdfFile` can write it; the library's own writer throws.
 */
export class FileStream extends PDFStream {
  readonly path: string;
  readonly ranges: readonly FileRange[];

  constructor(dict: PDFDict, path: string, ranges: readonly FileRange[]) {
    super(dict);
    this.path = path;
    this.ranges = ranges;
    dict.set(PDFName.of('Length'), PDFNumber.of(ranges.reduce((sum, range) => sum + range.length, 0)));
  }
}
