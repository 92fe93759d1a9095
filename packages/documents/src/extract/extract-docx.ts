import type { DocumentBlock, Extracted } from '../document-block.ts';
import type { DocumentLimits } from '../document-limits.ts';
import { documentProblem } from '../document-problem.ts';
import { DocxPackage } from './docx-package.ts';
import { DocxReader } from './docx-reader.ts';

/**
 * A Word document: paragraphs with their heading levels, list items, table rows, text boxes, foot- and endnotes. Nothing outside
 * the file is read, and no macro or field is run. Errors thrown: `document-corrupt`, `document-encrypted`, `document-too-complex`,
 * `document-without-text`.
 */
export async function* extractDocx(path: string, limits: DocumentLimits): AsyncGenerator<Extracted> {
  const docx = await DocxPackage.open(path, limits);
  try {
    const main = await mainPart(docx);
    const folder = main.slice(0, main.lastIndexOf('/') + 1);
    const facts = await factsOf(docx);
    if (Object.keys(facts).length > 0) yield { type: 'facts', facts };
    const levels = await headingLevels(docx, `${folder}styles.xml`);
    let found = 0;
    for (const [part, kind] of [
      [main, undefined],
      [`${folder}footnotes.xml`, 'note'],
      [`${folder}endnotes.xml`, 'note'],
    ] as const) {
      const reader = new DocxReader(levels);
      for await (const block of docx.parse(part, reader, () => reader.take())) {
        found += block.text.length;
        const read: DocumentBlock = kind === undefined ? block : { kind, text: block.text };
        yield { type: 'block', block: read };
      }
    }
    if (found === 0) throw documentProblem('document-without-text', 'The document has no text in it');
  } finally {
    docx.close();
  }
}

/** The package's relations name the main part; it need not be where Word puts it. */
async function mainPart(docx: DocxPackage): Promise<string> {
  let target: string | undefined;
  const handler = {
    open: (name: string, attributes: Readonly<Record<string, string>>) => {
      if (name === 'Relationship' && /\/officeDocument$/.test(attributes['Type'] ?? '')) {
        target ??= attributes['Target']?.replace(/^\//, '');
      }
    },
  };
  for await (const _ of docx.parse('_rels/.rels', handler, () => [])) {
  }
  if (target === undefined || !docx.has(target)) {
    throw documentProblem('document-corrupt', 'The file is an archive without a Word document in it');
  }
  return target;
}

async function factsOf(docx: DocxPackage): Promise<{ title?: string; author?: string; language?: string }> {
  const found: { title?: string; author?: string; language?: string } = {};
  let current: 'title' | 'author' | 'language' | undefined;
  const handler = {
    open: (name: string) => {
      current = factNames.get(name);
    },
    close: () => {
      current = undefined;
    },
    text: (text: string) => {
      if (current !== undefined && text.trim().length > 0)
        found[current] = ((found[current] ?? '') + text).trim().slice(0, 300);
    },
  };
  for await (const _ of docx.parse('docProps/core.xml', handler, () => [])) {
  }
  return found;
}

/** A map, since an element may have the name of something that every object has. */
const factNames: ReadonlyMap<string, 'title' | 'author' | 'language'> = new Map([
  ['title', 'title'],
  ['creator', 'author'],
  ['language', 'language'],
]);

/** Style ids that are headings: by their outline level, or by their name, which stays English in every language's Word. */
async function headingLevels(docx: DocxPackage, part: string): Promise<ReadonlyMap<string, number>> {
  const levels = new Map<string, number>();
  let style: string | undefined;
  const handler = {
    open: (name: string, attributes: Readonly<Record<string, string>>) => {
      if (name === 'style') style = attributeOf(attributes, 'styleId');
      if (style === undefined) return;
      const value = attributeOf(attributes, 'val') ?? '';
      if (name === 'name') {
        const numbered = /^heading ([1-9])$/i.exec(value);
        if (numbered !== null) levels.set(style, Math.min(6, Number(numbered[1])));
        else if (/^title$/i.test(value)) levels.set(style, 1);
      }
      if (name === 'outlineLvl' && /^[0-8]$/.test(value) && !levels.has(style))
        levels.set(style, Math.min(6, Number(value) + 1));
    },
    close: (name: string) => {
      if (name === 'style') style = undefined;
    },
  };
  for await (const _ of docx.parse(part, handler, () => [])) {
  }
  return levels;
}

function attributeOf(attributes: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.entries(attributes).find(([key]) => key === name || key.endsWith(`:${name}`))?.[1];
}
