import { type PackedMember, type ZipOptions, zipOf } from './zip-of.ts';

export type DocxParts = Readonly<Record<string, string | Uint8Array | PackedMember>>;

const contentTypes = `<?xml version="1.0" encoding="UTF-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`;

/** A relations part whose main document is `target`. */
export function docxRelations(target = 'word/document.xml'): string {
  return `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="${target}"/></Relationships>`;
}

/** The main part around `body`; `before` stands before the root element. */
export function docxMain(body: string, before = ''): string {
  return `${before}<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>${body}</w:body></w:document>`;
}

export function docxParagraph(text: string, style?: string): string {
  const properties = style === undefined ? '' : `<w:pPr><w:pStyle w:val="${style}"/></w:pPr>`;
  return `<w:p>${properties}<w:r><w:t xml:space="preserve">${text}</w:t></w:r></w:p>`;
}

/** A Word file. Given parts replace or join those that every file has; the first given one stands first in the archive. */
export function docxOf(parts: DocxParts, options: ZipOptions = {}): Buffer {
  return zipOf({ '[Content_Types].xml': contentTypes, '_rels/.rels': docxRelations(), ...parts }, options);
}
