/** Documents in scripts that the faces themselves lack. */

import { readFile } from 'node:fs/promises';
import { describe, expect, jest, test } from '@jest/globals';
import fontkit from '@pdf-lib/fontkit';
import { graphemesOf, printableText } from '@pressroom/domain';
import { corpus } from '@pressroom/testing';
import { decodePDFRawStream, PDFDict, PDFName, PDFRawStream } from 'pdf-lib';
import { type FontName, fontFiles } from '../src/services/pages/font-files.ts';
import { linePieces } from '../src/services/pages/line-pieces.ts';
import { pageGeometries } from '../src/services/pages/page-geometry.ts';
import { runTool, testWith } from './independent-tools.ts';
import { contentOf } from './read-pdf.ts';
import { inTemporaryFolder, landscape, portrait, setBook } from './test-book.ts';
import { finding, reportOf, type SetReport, setReport } from './test-report.ts';

jest.setTimeout(180_000);

/** Each with something that is easily lost: small kana, rare ideographs, marks in two storeys, vowels of two parts. */
const samples = {
  Japanese: [
    '北のポンプは三月に二度も停止し、誰も軸受に油をさしていなかった。硝酸塩はすべての試料で基準値の50 mg/lを下回っている。',
    '「検査官」はこう書いている——『給水塔（1931年築）の屋根が、ひび割れている』。修繕費は48,200ユーロ、￥7,900,000になる見込みだ……。',
    'ﾊﾝｶｸ文字、全角ＡＢＣ１２３、①㈱℃、𠮷野家、か\u309a、々〆ヶ、サーバー。',
  ],
  'Chinese of letters that Japanese has': [
    '水務局報告：北部機器於三月兩次失靈，無人為其軸承加油。所有樣本的硝酸鹽含量均低於上限，但是水塔的屋頂已經破裂，必須在三十天之內修理完成。',
  ],
  Thai: [
    'ปั๊มน้ำทางเหนือหยุดทำงานสองครั้งในเดือนมีนาคม เพราะไม่มีใครหล่อลื่นตลับลูกปืน ผู้ตรวจสอบกล่าวว่าต้องซ่อมแซมภายใน 30 วัน',
    'ค่าไนเตรตต่ำกว่าเกณฑ์ทุกตัวอย่าง กำลังซ่อมหลังคาถังเก็บน้ำที่แตกร้าว ต่างๆ ฯลฯ ญี่ปุ่น ฐานะ ๒๕๖๗',
  ],
} as const;
type Script = keyof typeof samples;
const scripts = Object.keys(samples) as Script[];

const letters = (text: string): string => text.replaceAll(/\s+/gu, '');

function reportIn(texts: readonly string[], language: string) {
  const title = graphemesOf(texts[0] ?? '')
    .slice(0, 24)
    .join('');
  return reportOf({
    title,
    language,
    question: texts[0] ?? '',
    summary: texts.join('\n'),
    findings: texts.map((text, index) =>
      finding(index + 1, {
        title: graphemesOf(text).slice(0, 30).join(''),
        detail: text,
        citations: [{ document: 0, chunkId: 'c', passage: 1, quote: text }],
      }),
    ),
    figures: texts.map((text) => ({
      value: '50 mg',
      meaning: text,
      citation: { document: 0, chunkId: 'c', quote: text },
    })),
    documents: [{ index: 0, title: texts.at(-1) ?? '', format: 'text', chunks: 4, chunksRead: 4 }],
  });
}

interface EmbeddedRow {
  readonly name: string;
  readonly isEmbedded: boolean;
  readonly isSubset: boolean;
  readonly hasUnicode: boolean;
}

async function fontsOf(path: string): Promise<EmbeddedRow[]> {
  const [, , ...rows] = (await runTool('pdffonts', path)).trimEnd().split('\n');
  return rows.map((row) => {
    const [name = '', ...rest] = row.split(/\s+/);
    const [isEmbedded, isSubset, hasUnicode] = rest.slice(-5, -2).map((word) => word === 'yes');
    return {
      name,
      isEmbedded: isEmbedded ?? false,
      isSubset: isSubset ?? false,
      hasUnicode: hasUnicode ?? false,
    };
  });
}

/** The part of each line that a place in `path` has, without its furniture: those that are pieces of `text`. */
async function linesOf(path: string, texts: readonly string[]): Promise<string[]> {
  const whole = texts.map(letters);
  const lines = (await runTool('pdftotext', path, '-')).split(/[\n\f]/).map(letters);
  return lines.filter((line) => line.length > 12 && whole.some((text) => text.includes(line)));
}

describe.each(scripts)('a report in %s', (script) => {
  const texts = samples[script].map(printableText);
  const inReport = (body: (set: SetReport, folder: string) => Promise<void>): Promise<void> =>
    inTemporaryFolder(async (folder) => body(await setReport(folder, reportIn(texts, 'und')), folder));

  testWith(
    'pdftotext',
    'gives its text back letter by letter, in every reading order of the tool',
    async () => {
      await inReport(async ({ path, summary }) => {
        expect(summary.preflight).toEqual([]);
        for (const mode of ['-layout', '-raw', '-nodiag']) {
          const found = letters(await runTool('pdftotext', mode, path, '-'));
          for (const text of texts) expect(found).toContain(letters(text));
          expect(found).not.toContain('\ufffd');
        }
      });
    },
  );

  testWith('pdffonts', 'embeds a part of each font that it shows, and of no other', async () => {
    await inReport(async ({ path }) => {
      const fonts = await fontsOf(path);
      for (const font of fonts)
        expect(font).toMatchObject({ isEmbedded: true, isSubset: true, hasUnicode: true });
      const fallbacks = fonts.map(({ name }) => name.slice(7)).filter((name) => /JP|Thai/.test(name));
      const family = script === 'Thai' ? 'NotoSansThai' : 'NotoSansJP';
      expect(fallbacks.sort()).toEqual([`${family}-Medium`, `${family}-Regular`]);
    });
  });

  testWith('qpdf', 'is without a fault, and the same content gives the same bytes', async () => {
    await inReport(async (first, folder) => {
      expect(await runTool('qpdf', '--check', first.path)).toMatch(/No syntax or stream encoding errors/);
      // Between them another one, whose letters must not be remembered.
      await setReport(folder, reportIn([samples.Japanese[2], samples.Thai[1]], 'ja'), {
        name: 'other.pdf',
      });
      const second = await setReport(folder, reportIn(texts, 'und'), { name: 'again.pdf' });
      expect(second.bytes.equals(first.bytes)).toBe(true);
    });
  });

  testWith('pdftotext', 'ends its lines where the script lets them end, between the margins', async () => {
    await inTemporaryFolder(async (folder) => {
      const { path } = await setReport(folder, reportIn(texts, 'und'), { pageSize: 'A5' });
      const { width, side } = pageGeometries.A5;
      const boxes = await runTool('pdftotext', '-bbox', path, '-');
      const ends = [...boxes.matchAll(/ xMax="([\d.]+)"/g)].map(([, x]) => Number(x));
      expect(Math.max(...ends)).toBeLessThanOrEqual(width - side + 0.5);
      // Full lines: nothing was moved to the next line as one long word.
      expect(Math.max(...ends)).toBeGreaterThan(width - side - 20);
      const starts = new Set(
        texts.flatMap((text) => {
          let position = 0;
          const whole = letters(text);
          return linePieces(text).map((piece) => {
            const rest = whole.slice(position);
            position += letters(piece).length;
            return rest.slice(0, 5);
          });
        }),
      );
      const lines = await linesOf(path, texts);
      expect(lines.length).toBeGreaterThan(4);
      for (const line of lines.filter((each) => !each.endsWith('…')))
        expect(starts).toContain(line.slice(0, 5));
    });
  });

  test('embeds every letter with the outline that it has in the font', async () => {
    await inReport(async ({ parsed }) => {
      const name: FontName = script === 'Thai' ? 'thai' : 'japanese';
      const subset = fontkit.create(embeddedFont(parsed.context.enumerateIndirectObjects(), name));
      const outlines = new Set<string>();
      for (let id = 0; id < subset.numGlyphs; id += 1) outlines.add(subset.getGlyph(id).path.toSVG());
      const whole = fontkit.create(await readFile(fontFiles[name].path));
      const own =
        script === 'Thai'
          ? texts.flatMap((text) => text.match(/\p{Script=Thai}+/gu) ?? [])
          : texts.flatMap((text) => graphemesOf(text).filter((letter) => letter >= '\u3001'));
      expect(own.length).toBeGreaterThan(8);
      for (const glyph of own.flatMap((text) => whole.layout(text).glyphs))
        expect(outlines).toContain(glyph.path.toSVG());
    });
  });
});

describe('fonts that stand in', () => {
  testWith('pdffonts', 'are not in a document that does not need them', async () => {
    await inTemporaryFolder(async (folder) => {
      const names = (await fontsOf((await setReport(folder, reportOf())).path)).map(({ name }) => name);
      expect(names.filter((name) => /JP|Thai/.test(name))).toEqual([]);
    });
  });

  testWith('pdftotext', 'give back which of two letters that look the same was written', async () => {
    await inTemporaryFolder(async (folder) => {
      // A radical and its ideograph, and a Thai vowel that is drawn in two parts.
      const detail = '⼀と一、⽔と水。น้ำ นํา ำ';
      const { path } = await setReport(
        folder,
        reportOf({ findings: [finding(1, { detail, title: '水と⽔' })] }),
      );
      const found = letters(await runTool('pdftotext', path, '-'));
      expect(found).toContain(letters(detail));
      expect(found).toContain('水と⽔');
    });
  });

  test('remember nothing of an earlier document: a radical or the ideograph that looks like it, each is copied as it is', async () => {
    await inTemporaryFolder(async (folder) => {
      // One glyph for both. It would need a note if it were known as the other one.
      for (const letter of ['⺐', '尢', '⺐']) {
        const { parsed } = await setReport(folder, reportOf({ summary: letter }));
        const contents = parsed.getPages().map(({ node }) => contentOf(node.Contents()));
        expect(contents.join('\n')).toContain('/F-japanese');
        expect(contents.join('\n')).not.toContain('/ActualText');
      }
    });
  });

  test('list no more than a hundred letters at once in their maps to Unicode', async () => {
    await inTemporaryFolder(async (folder) => {
      const { parsed } = await setReport(
        folder,
        reportIn(['น้ำ', ...samples.Japanese, ...samples['Chinese of letters that Japanese has']], 'ja'),
      );
      const maps = [...parsed.context.enumerateIndirectObjects()].flatMap(([, object]) => {
        if (!(object instanceof PDFRawStream)) return [];
        const text = Buffer.from(decodePDFRawStream(object).decode()).toString('latin1');
        return text.includes('begincmap') ? [text] : [];
      });
      const counts = maps.map((map) => [...map.matchAll(/(\d+) beginbfchar\n(.*?)\nendbfchar/gs)]);
      expect(counts.some((lists) => lists.length > 1)).toBe(true);
      for (const [, count, list = ''] of counts.flat()) {
        // No glyph without a letter: that of a vowel's second part is copied as the vowel that it looks like.
        for (const entry of list.split('\n')) expect(entry).toMatch(/^<[\da-f]{4}> <(?:[\da-f]{4})+>$/i);
        expect(Number(count)).toBe(list.split('\n').length);
        expect(Number(count)).toBeLessThanOrEqual(100);
      }
    });
  });

  test('are set upright with everything that stands beside them, since they have no italics', async () => {
    await inTemporaryFolder(async (folder) => {
      const quoting = (quote: string) => [{ document: 0, chunkId: 'c', quote }];
      const findings = [
        finding(1, { citations: quoting('Dry bearings since 1931.') }),
        finding(2, { citations: quoting('給水塔は1931年に建てられた。') }),
      ];
      const contents = async (index: number): Promise<string> => {
        const report = reportOf({ findings: [findings[index] ?? finding(3)] });
        const { parsed } = await setReport(folder, report);
        return parsed
          .getPages()
          .map(({ node }) => contentOf(node.Contents()))
          .join('\n');
      };
      expect(await contents(0)).toContain('/F-serifItalic');
      expect(await contents(1)).not.toContain('/F-serifItalic');
    });
  });
});

describe('a picture book', () => {
  testWith('pdftotext', 'has title, author and captions in Japanese and Thai', async () => {
    await inTemporaryFolder(async (folder) => {
      const title = '夏の思い出アルバム２０２４';
      const wish = {
        title,
        author: '山田 花子',
        language: 'ja',
        samples: [landscape, portrait],
        captions: ['海辺の「小さな」家。', 'บ้านริมน้ำที่เชียงใหม่'],
      };
      const { path, bytes, parsed } = await setBook(folder, wish);
      expect(parsed.getTitle()).toBe(title);
      const pages = (await runTool('pdftotext', path, '-')).split('\f');
      expect(letters(pages[0] ?? '')).toContain(`${title}山田花子`);
      // The cover has a line for each phrase at most, and cuts no word.
      expect(
        (pages[0] ?? '')
          .split('\n')
          .filter((line) => line !== '' && title.includes(line))
          .join(''),
      ).toBe(title);
      expect(pages[1]).toContain(wish.captions[0]);
      expect(pages[2]).toContain(wish.captions[1]);
      expect(pages[3]).toContain(wish.captions[1]);
      const again = await setBook(folder, wish, 'again.pdf');
      expect(again.bytes.equals(bytes)).toBe(true);
    });
  });

  testWith(
    'pdffonts',
    'meets the letters of its captions in the order of its pages, whichever picture is read first',
    async () => {
      await inTemporaryFolder(async (folder) => {
        const wish = {
          samples: [
            { width: 4000, height: 3000, form: 'poster-jpeg' as const, seed: 3 },
            { width: 200, height: 150, form: 'line-art' as const, seed: 4 },
          ],
          captions: ['海', 'ทะเล'],
        };
        const { path } = await setBook(folder, wish);
        const rows = (await runTool('pdffonts', path)).split('\n');
        const objectOf = (family: string): number =>
          Number(
            rows
              .find((row) => row.includes(`${family}-Regular`))
              ?.trim()
              .split(/\s+/)
              .at(-2),
          );
        expect(objectOf('NotoSansJP')).toBeLessThan(objectOf('NotoSansThai'));
      });
    },
  );
});

const real = corpus();
const documents = {
  'documents/tika__lang-ja.txt': 'ja',
  'documents/langfuse__README.ja.md': 'ja',
  'documents/tika__lang-th.txt': 'th',
} as const;
(real === undefined ? describe.skip : describe)('a report that quotes', () => {
  for (const [name, language] of Object.entries(documents)) {
    testWith('pdftotext', `${name} gives its sentences back`, async () => {
      const text = await readFile(real?.file(name).path ?? '', 'utf8');
      const paragraphs = text
        .split('\n')
        .map((line) => printableText(line))
        .filter(
          (line) =>
            line.length > 40 &&
            /[\p{Script=Han}\p{Script=Thai}]/u.test(line) &&
            !/\p{Emoji_Presentation}|简|한/u.test(line),
        )
        .map((line) => graphemesOf(line).slice(0, 500).join('').trim())
        .slice(0, 40);
      expect(paragraphs.length).toBeGreaterThan(10);
      await inTemporaryFolder(async (folder) => {
        const { path, summary } = await setReport(folder, reportIn(paragraphs, language));
        expect(summary.preflight).toEqual([]);
        const pages = (await runTool('pdftotext', '-raw', path, '-')).split('\f');
        // Between the lines of a text that goes over to the next page stand page number and running head.
        const found = letters(pages.join('\n'));
        const whole = paragraphs.filter((paragraph) => found.includes(letters(paragraph)));
        expect(whole.length).toBe(paragraphs.length);
      });
    });
  }
});

function embeddedFont(objects: Iterable<[unknown, unknown]>, name: FontName): Uint8Array {
  const list = [...objects].map(([, object]) => object);
  const descriptor = list.find(
    (object): object is PDFDict =>
      object instanceof PDFDict &&
      object.get(PDFName.of('FontName')) === PDFName.of(fontFiles[name].embeddedName),
  );
  const file = descriptor?.lookup(PDFName.of('FontFile2'));
  if (!(file instanceof PDFRawStream)) throw new Error(`There is no embedded font ${name}`);
  return decodePDFRawStream(file).decode();
}
