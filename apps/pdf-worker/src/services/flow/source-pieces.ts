import type { StructureElement } from '../pages/structure-tree.ts';
import { type FlowedDocument, paragraph, tag } from './flowed-document.ts';
import type { Piece } from './piece.ts';

export interface SourceOfPages {
  readonly index: number;
  readonly title: string;
  readonly url?: string | undefined;
  readonly format?: string | undefined;
  readonly pages?: number | undefined;
}

const formatNames: Readonly<Record<string, string>> = {
  pdf: 'PDF',
  docx: 'Word document',
  html: 'Web page',
  markdown: 'Markdown',
  text: 'Plain text',
  csv: 'Table (CSV)',
};

/** One entry of a list of sources, to which citations lead: its number and title, what is known of it, and its address. */
export function sourcePieces(
  flowed: FlowedDocument,
  owner: StructureElement,
  section: string,
  { index, title, url, format, pages }: SourceOfPages,
  { facts, withNext }: { readonly facts: readonly string[]; readonly withNext: boolean },
): Piece[] {
  const { styles, scale, left } = flowed;
  const indent = 30 * scale;
  const small = { section, style: styles.small, above: 1 * scale, indent };
  const all = [
    ...(format === undefined ? [] : [formatNames[format] ?? format.toUpperCase()]),
    ...(pages === undefined ? [] : [`${pages} ${pages === 1 ? 'page' : 'pages'}`]),
    ...facts,
  ];
  return [
    ...paragraph(flowed, owner.add('P'), title, {
      section,
      style: styles.title,
      above: 10 * scale,
      indent,
      anchor: `source-${index}`,
      withNext: all.length > 0 || url !== undefined || withNext,
      beside: (canvas, baseline) =>
        canvas.artifact('Layout', () => canvas.text([`[${index + 1}]`], left, baseline, styles.title)),
    }),
    ...(all.length === 0
      ? []
      : paragraph(flowed, tag(owner, 'P', flowed), all.join(' · '), {
          ...small,
          withNext: withNext || url !== undefined,
        })),
    ...(url === undefined
      ? []
      : paragraph(flowed, owner.add('P').add('Link'), url, { ...small, withNext, target: { url } })),
  ];
}
