import type { Citation, Finding, Report, Severity } from '@pressroom/reports';
import { type Canvas, ink, type LinkTarget } from '../pages/canvas.ts';
import type { Bookmark } from '../pages/page-document.ts';
import type { StructureElement } from '../pages/structure-tree.ts';
import type { Piece } from './piece.ts';
import { paragraph, type ReportDocument, sectionHeading, tag } from './report-document.ts';
import { tablePieces } from './table-pieces.ts';

export interface SectionOfReport {
  readonly title: string;
  readonly anchor: string;
  readonly pieces: readonly Piece[];
  /** What the contents list below it. */
  readonly entries: readonly { readonly title: string; readonly anchor: string; readonly mark?: Severity }[];
}

export const severityNames = {
  critical: 'Critical',
  high: 'High',
  medium: 'Medium',
  low: 'Low',
  info: 'Note',
} as const satisfies Record<Severity, string>;
const levels = { critical: 4, high: 3, medium: 2, low: 1, info: 0 } as const satisfies Record<
  Severity,
  number
>;

/** Four small squares, as many of them filled as the finding is grave: to be told apart without colour. */
export function drawSeverity(canvas: Canvas, severity: Severity, x: number, y: number, side: number): void {
  for (let square = 0; square < 4; square += 1) {
    const box = { x: x + square * side * 1.35, y, width: side, height: side };
    if (square < levels[severity]) canvas.fill(box, ink.text);
    else canvas.frame(box, 0.55);
  }
}

/** How wide four squares of that side are. */
export function severityWidth(side: number): number {
  return side * (3 * 1.35 + 1);
}

/** Everything after the contents, in order. Sections without content are left out. */
export function reportSections(report: ReportDocument, owner: StructureElement): SectionOfReport[] {
  const { report: content } = report.document.content;
  const sections = [
    textSection(report, owner, 'Summary', 'summary', [content.summary]),
    answerSection(report, owner, content),
    findingsSection(report, owner, content),
    figuresSection(report, owner, content),
    entitiesSection(report, owner, content),
    questionsSection(report, owner, content),
    sourcesSection(report, owner, content),
    textSection(report, owner, 'How this report was made', 'method', methodText(content), true),
  ];
  return sections.filter((section) => section !== undefined);
}

export function bookmarksOf(sections: readonly SectionOfReport[], { places }: ReportDocument): Bookmark[] {
  return sections.flatMap(({ title, anchor, entries }) => {
    const place = places.get(anchor);
    if (place === undefined) return [];
    const children = entries.flatMap((entry) => {
      const at = places.get(entry.anchor);
      return at === undefined ? [] : [{ title: entry.title, page: at.page, children: [] }];
    });
    return [{ title, page: place.page, children }];
  });
}

function textSection(
  report: ReportDocument,
  owner: StructureElement,
  title: string,
  anchor: string,
  texts: readonly string[],
  isFurniture = false,
): SectionOfReport {
  const { styles, scale } = report;
  const section = owner.add('Sect');
  const head = sectionHeading(report, section, title, anchor);
  const body = texts
    .flatMap((text) => text.split(/\n+/))
    .filter((text) => text.trim() !== '')
    .flatMap((text, index) =>
      paragraph(report, isFurniture ? tag(section, 'P', report) : section.add('P'), text, {
        section: title,
        style: styles.text,
        above: (index === 0 ? 4 : 8) * scale,
      }),
    );
  return { title, anchor, pieces: [...head, ...body], entries: [] };
}

function answerSection(
  report: ReportDocument,
  owner: StructureElement,
  content: Report,
): SectionOfReport | undefined {
  const { question, answer } = content;
  if (question === undefined || answer === undefined) return undefined;
  const { styles, scale } = report;
  const title = 'Answer to the question';
  const section = owner.add('Sect');
  const pieces = [
    ...sectionHeading(report, section, title, 'answer'),
    ...paragraph(report, section.add('P'), question, {
      section: title,
      style: { ...styles.quote, size: styles.quote.size * 1.15, leading: styles.quote.leading * 1.15 },
      above: 4 * scale,
      withNext: true,
    }),
    ...paragraph(report, section.add('P'), answer.text, {
      section: title,
      style: styles.text,
      above: 10 * scale,
    }),
    ...answer.citations.flatMap((citation) =>
      citationPieces(report, section, title, citation, !answer.text.includes(citation.quote)),
    ),
  ];
  return { title, anchor: 'answer', pieces, entries: [] };
}

function findingsSection(report: ReportDocument, owner: StructureElement, content: Report): SectionOfReport {
  const title = 'Findings';
  const section = owner.add('Sect');
  const head = sectionHeading(report, section, title, 'findings');
  const none =
    content.findings.length === 0
      ? paragraph(
          report,
          tag(section, 'P', report),
          'Nothing was found that could be proved by the words of the documents.',
          {
            section: title,
            style: report.styles.text,
            above: 4 * report.scale,
          },
        )
      : [];
  const body = content.findings.flatMap((finding) => findingPieces(report, section, title, finding));
  return {
    title,
    anchor: 'findings',
    pieces: [...head, ...none, ...body],
    entries: content.findings.map((finding) => ({
      title: `${finding.id}  ${finding.title}`,
      anchor: finding.id,
      mark: finding.severity,
    })),
  };
}

function findingPieces(
  report: ReportDocument,
  owner: StructureElement,
  section: string,
  { id, title, detail, severity, confidence, citations }: Finding,
): Piece[] {
  const { styles, scale, left } = report;
  const body = owner.add('Sect');
  const side = 5.2 * scale;
  const meta = `${severityNames[severity]} · confidence ${Math.round(confidence * 100)} %`;
  const isQuotation = citations.some(({ quote }) => quote === detail);
  return [
    ...paragraph(report, body.add('H3'), `${id}  ${title}`, {
      section,
      style: styles.title,
      above: 18 * scale,
      anchor: id,
      withNext: true,
    }),
    ...paragraph(report, tag(body, 'P', report), meta, {
      section,
      style: styles.small,
      above: 1.5 * scale,
      indent: severityWidth(side) + 7 * scale,
      withNext: true,
      beside: (canvas, baseline) =>
        canvas.artifact('Layout', () => drawSeverity(canvas, severity, left, baseline, side)),
    }),
    ...paragraph(report, body.add(isQuotation ? 'BlockQuote' : 'P'), isQuotation ? `“${detail}”` : detail, {
      section,
      style: styles.text,
      above: 4 * scale,
      withNext: true,
    }),
    ...citations.flatMap((citation) =>
      citationPieces(report, body, section, citation, citation.quote !== detail),
    ),
  ];
}

/** The quoted words, and where they stand: a link to the source. */
function citationPieces(
  report: ReportDocument,
  owner: StructureElement,
  section: string,
  citation: Citation,
  withQuote: boolean,
): Piece[] {
  const { styles, scale } = report;
  const indent = 14 * scale;
  const words = withQuote
    ? paragraph(report, owner.add('BlockQuote'), `“${citation.quote}”`, {
        section,
        style: styles.quote,
        above: 5 * scale,
        indent,
        withNext: true,
      })
    : [];
  const place = paragraph(report, owner.add('P').add('Link'), sourceLabel(report, citation), {
    section,
    style: styles.small,
    above: (withQuote ? 1 : 4) * scale,
    indent,
    target: () => sourceTarget(report, citation.document),
  });
  return [...words, ...place];
}

export function sourceLabel(
  { document }: ReportDocument,
  { document: index, page }: Pick<Citation, 'document' | 'page'>,
): string {
  const title = document.content.report.documents[index]?.title ?? `Document ${index + 1}`;
  const short = title.length > 90 ? `${title.slice(0, 89).trimEnd()}…` : title;
  return `[${index + 1}] ${short}${page === undefined ? '' : `, page ${page}`}`;
}

function sourceTarget({ places }: ReportDocument, document: number): LinkTarget | undefined {
  return places.get(`source-${document}`);
}

function figuresSection(
  report: ReportDocument,
  owner: StructureElement,
  content: Report,
): SectionOfReport | undefined {
  if (content.figures.length === 0) return undefined;
  const title = 'Figures';
  const section = owner.add('Sect');
  const columns = [
    { title: 'Figure', share: 0.22 },
    { title: 'What it is about', share: 0.56 },
    { title: 'Source', share: 0.22 },
  ];
  const rows = content.figures.map(({ value, meaning, citation }) => [
    { text: value },
    { text: meaning },
    {
      text: `[${citation.document + 1}]${citation.page === undefined ? '' : ` page ${citation.page}`}`,
      target: () => sourceTarget(report, citation.document),
    },
  ]);
  const head = sectionHeading(report, section, title, 'figures');
  return {
    title,
    anchor: 'figures',
    pieces: [...head, ...tablePieces(report, section, title, columns, rows)],
    entries: [],
  };
}

function entitiesSection(
  report: ReportDocument,
  owner: StructureElement,
  content: Report,
): SectionOfReport | undefined {
  if (content.entities.length === 0) return undefined;
  const title = 'People, organisations and places';
  const section = owner.add('Sect');
  const columns = [
    { title: 'Name', share: 0.5 },
    { title: 'Sort', share: 0.17 },
    { title: 'Mentions', share: 0.13 },
    { title: 'Sources', share: 0.2 },
  ];
  const kinds = { person: 'Person', organisation: 'Organisation', place: 'Place', other: 'Name' } as const;
  const rows = content.entities.map(({ name, kind, mentions, documents }) => [
    { text: name },
    { text: kinds[kind] },
    { text: String(mentions) },
    { text: documents.map((index) => `[${index + 1}]`).join(' ') },
  ]);
  const head = sectionHeading(report, section, title, 'entities');
  return {
    title,
    anchor: 'entities',
    pieces: [...head, ...tablePieces(report, section, title, columns, rows)],
    entries: [],
  };
}

function questionsSection(
  report: ReportDocument,
  owner: StructureElement,
  content: Report,
): SectionOfReport | undefined {
  if (content.openQuestions.length === 0) return undefined;
  const { styles, scale, left } = report;
  const title = 'Open questions';
  const section = owner.add('Sect');
  const list = section.add('L');
  const pieces = content.openQuestions.flatMap((question) =>
    paragraph(report, list.add('LI').add('LBody'), question, {
      section: title,
      style: styles.text,
      above: 5 * scale,
      indent: 14 * scale,
      beside: (canvas, baseline) =>
        canvas.artifact('Layout', () => canvas.text(['–'], left, baseline, styles.text)),
    }),
  );
  return {
    title,
    anchor: 'questions',
    pieces: [...sectionHeading(report, section, title, 'questions'), ...pieces],
    entries: [],
  };
}

function sourcesSection(report: ReportDocument, owner: StructureElement, content: Report): SectionOfReport {
  const { styles, scale, left } = report;
  const title = 'Sources';
  const section = owner.add('Sect');
  const indent = 30 * scale;
  const pieces = content.documents.flatMap((source) => {
    const facts = [
      source.format === undefined ? undefined : source.format.toUpperCase(),
      source.pages === undefined ? undefined : `${source.pages} ${source.pages === 1 ? 'page' : 'pages'}`,
      source.leftOut === undefined
        ? source.chunksRead < source.chunks
          ? `${source.chunksRead} of its ${source.chunks} passages were read`
          : 'read in full'
        : `left out: ${source.leftOut}`,
    ].filter((fact) => fact !== undefined);
    return [
      ...paragraph(report, section.add('P'), source.title, {
        section: title,
        style: styles.title,
        above: 12 * scale,
        indent,
        anchor: `source-${source.index}`,
        withNext: true,
        beside: (canvas, baseline) =>
          canvas.artifact('Layout', () =>
            canvas.text([`[${source.index + 1}]`], left, baseline, styles.title),
          ),
      }),
      ...paragraph(report, tag(section, 'P', report), facts.join(' · '), {
        section: title,
        style: styles.small,
        above: 1 * scale,
        indent,
        withNext: source.url !== undefined,
      }),
      ...(source.url === undefined
        ? []
        : paragraph(report, section.add('P').add('Link'), source.url, {
            section: title,
            style: styles.small,
            above: 1 * scale,
            indent,
            target: { url: source.url },
          })),
    ];
  });
  return {
    title,
    anchor: 'sources',
    pieces: [...sectionHeading(report, section, title, 'sources'), ...pieces],
    entries: [],
  };
}

export function methodNote({ method, makers }: Report): string {
  const named = makers.map(({ provider, model }) => `${provider} (${model})`).join(', ');
  switch (method) {
    case 'extractive':
      return `Extractive report, made without artificial intelligence: its sentences are those of the documents. Provider: ${named}.`;
    case 'generated':
      return `Written by artificial intelligence: ${named}. Its quotations were compared with the documents.`;
    case 'mixed':
      return `Written in part by artificial intelligence and in part made of sentences of the documents, because the provider could not be had for all of it: ${named}.`;
  }
}

function methodText(content: Report): string[] {
  const { findings, citations } = content.dropped;
  const texts = [methodNote(content)];
  texts.push(
    content.method === 'extractive'
      ? 'Every finding is a sentence that was chosen because it is central to the documents, by its words (LexRank). Titles are headings or key terms of the documents; how grave a finding is was guessed from signal words; confidence says how central the sentence is. Names are found by their capital letters, figures by their units. What the sentences mean was not judged: read them where they stand.'
      : 'Each finding cites words of a passage of a document. A citation whose words are not in the passage is sent back once and then not used, and a finding without a citation is left out. What the findings conclude from the words was not checked: read them where they stand.',
  );
  if (findings + citations > 0) {
    texts.push(
      `${citations === 1 ? '1 citation was' : `${citations} citations were`} not used, and ${findings === 1 ? '1 finding was' : `${findings} findings were`} left out, because the cited words are not in the documents.`,
    );
  }
  texts.push(
    'The findings are also there as JSON and as a table (CSV), from the same address as this document. Set in Noto Serif and Noto Sans by Pressroom.',
  );
  return texts;
}
