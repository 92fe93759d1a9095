import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, jest, test } from '@jest/globals';
import fontkit from '@pdf-lib/fontkit';
import { decodePDFRawStream, PDFDict, PDFName, PDFRawStream, PDFStream } from 'pdf-lib';
import sharp from 'sharp';
import { fontFiles } from '../src/services/pages/font-files.ts';
import { runTool, testWith } from './independent-tools.ts';
import { contentOf, outlineTitles } from './read-pdf.ts';
import { inTemporaryFolder, landscape, portrait, setBook } from './test-book.ts';

jest.setTimeout(120_000);

const titleGreek = 'Ένα καλοκαίρι στο χωριό';
const captionCyrillic = 'Лето в деревне: бабушкин дом';

describe('a picture book', () => {
  test('has a cover, one page a picture, a contact sheet and notes, on the paper that was asked for', async () => {
    await inTemporaryFolder(async (folder) => {
      const sizes = { A4: [595.28, 841.89], A5: [419.53, 595.28], Letter: [612, 792] } as const;
      for (const pageSize of ['A4', 'A5', 'Letter'] as const) {
        const { summary, parsed } = await setBook(folder, { samples: [landscape, portrait], pageSize });
        expect(summary.pages).toBe(5);
        expect(parsed.getPageCount()).toBe(5);
        for (const page of parsed.getPages()) {
          expect(page.getWidth()).toBeCloseTo(sizes[pageSize][0], 1);
          expect(page.getHeight()).toBeCloseTo(sizes[pageSize][1], 1);
          expect(page.getTrimBox()).toEqual(page.getMediaBox());
        }
      }
    });
  });

  test('turns what is wider than high and gains by it, to fill the page; the page number and all other pages stay upright', async () => {
    await inTemporaryFolder(async (folder) => {
      const nearlySquare = { ...landscape, width: 1100, height: 1050 };
      // Turned it would be larger than upright, and coarser than print should be.
      const tiny = { ...landscape, width: 400, height: 300 };
      const samples = [landscape, portrait, nearlySquare, tiny];
      const captions = ['A wide one', 'A high one', 'A nearly square one', 'A tiny one'];
      const { parsed } = await setBook(folder, { samples, captions, landscapePictures: 'turned' });
      const contents = parsed.getPages().map((page) => contentOf(page.node.Contents()));
      const turning = 'q 0 1 -1 0 595.276 0 cm';
      expect(contents.map((content) => content.includes(turning))).toEqual([
        false,
        true,
        false,
        false,
        false,
        false,
        false,
      ]);
      const [, wide = ''] = contents;
      // 170 mm between the side margins of A4 is its height and its caption's now; upright it would be its width.
      expect(imageBox(wide)).toMatchObject({
        width: expect.closeTo(597.9, 0),
        height: expect.closeTo(448.4, 0),
      });
      // The page number is drawn before, in the page's own directions.
      expect(wide.indexOf('/Pagination')).toBeLessThan(wide.indexOf(turning));
      expect(wide.indexOf('/Caption')).toBeGreaterThan(wide.indexOf(turning));
      expect(wide.endsWith('Q')).toBe(true);

      const upright = await setBook(folder, { samples, captions, landscapePictures: 'upright' });
      for (const page of upright.parsed.getPages()) {
        expect(contentOf(page.node.Contents())).not.toContain(turning);
      }
    });
  });

  test('has the same bytes whenever it is set from the same content, and an id of its own', async () => {
    await inTemporaryFolder(async (folder) => {
      const wish = {
        title: 'The first office',
        samples: [landscape, { ...portrait, form: 'webp' as const }],
        author: 'Anna',
      };
      const first = await setBook(folder, wish, 'first.pdf');
      // Its ligatures are the same glyphs as the first book's, made from other letters.
      const other = await setBook(
        folder,
        { ...wish, title: 'The \ufb01rst \ufb03', author: 'Anne' },
        'other.pdf',
      );
      const second = await setBook(folder, wish, 'second.pdf');
      expect(second.bytes.equals(first.bytes)).toBe(true);
      const id = (book: typeof first) => String(book.parsed.context.trailerInfo.ID);
      expect(id(second)).toBe(id(first));
      expect(id(other)).not.toBe(id(first));
    });
  });

  test('carries its properties, language, bookmarks, labels and tags', async () => {
    await inTemporaryFolder(async (folder) => {
      const { parsed } = await setBook(folder, {
        samples: [landscape, portrait],
        title: titleGreek,
        author: 'Άννα',
        language: 'el',
        captions: ['Το σπίτι', ''],
      });
      expect(parsed.getTitle()).toBe(titleGreek);
      expect(parsed.getAuthor()).toBe('Άννα');
      expect(parsed.getProducer()).toBe('Pressroom');
      expect(parsed.getCreationDate()).toBeUndefined();
      const { catalog } = parsed;
      expect(String(catalog.get(PDFName.of('Lang')))).toContain('el');
      expect(catalog.getViewerPreferences()?.getDisplayDocTitle()).toBe(true);
      expect(String(catalog.lookup(PDFName.of('MarkInfo')))).toContain('/Marked true');
      expect(String(catalog.lookup(PDFName.of('PageLabels')))).toContain('/St 2');
      expect(outlineTitles(catalog.lookup(PDFName.of('Outlines'), PDFDict))).toEqual([
        'Cover',
        ['Pictures', 'Το σπίτι', 'Picture 2'],
        'Contact sheet',
        'Notes',
      ]);
      const xmp = catalog.lookup(PDFName.of('Metadata'), PDFStream).getContentsString();
      expect(Buffer.from(xmp, 'latin1').toString('utf8')).toContain(`>${titleGreek}<`);
      expect(xmp).toContain('digitalsourcetype/algorithmicallyEnhanced');
    });
  });

  test('embeds every letter with the outline that it has in the font', async () => {
    await inTemporaryFolder(async (folder) => {
      const { parsed } = await setBook(folder, {
        samples: [landscape],
        captions: ['The quick brown fox jumps over the lazy dog; Жёлтый; Ξεσκεπάζω; Huế'],
      });
      const subset = fontkit.create(
        embeddedFont(parsed.context.enumerateIndirectObjects(), 'NotoSerif-Regular'),
      );
      const whole = fontkit.create(await readFile(fontFiles.serif.path));
      const outlines = new Set<string>();
      for (let id = 0; id < subset.numGlyphs; id += 1) outlines.add(subset.getGlyph(id).path.toSVG());
      for (const letter of 'Thequickbrownfoxjumpsoverthelazydog;ЖёлтыйΞεσκεπάζω') {
        const { glyphs } = whole.layout(letter);
        for (const glyph of glyphs) expect(outlines).toContain(glyph.path.toSVG());
      }
    });
  });

  test('refuses text that the fonts lack, and names the field', async () => {
    await inTemporaryFolder(async (folder) => {
      const samples = [landscape, portrait];
      await expect(setBook(folder, { samples, title: 'गर्मी की किताब' })).rejects.toMatchObject({
        code: 'unsupported-script',
        facts: { field: 'title' },
      });
      await expect(setBook(folder, { samples, captions: ['', '🎉'] })).rejects.toMatchObject({
        code: 'unsupported-script',
        facts: { field: 'caption of photo 2', characters: ['🎉'] },
      });
    });
  });

  test('remarks a picture that has too few pixels, and no other', async () => {
    await inTemporaryFolder(async (folder) => {
      const samples = [
        landscape,
        { ...landscape, width: 320, height: 240 },
        { ...landscape, width: 900, height: 700 },
      ];
      const { summary } = await setBook(folder, { samples });
      expect(summary.preflight).toEqual([
        expect.stringMatching(/^The picture of photo 2 \(page 3\) has only 320 × 240 pixels/u),
      ]);
    });
  });

  test('does not carry more pixels of a colour picture than paper shows', async () => {
    await inTemporaryFolder(async (folder) => {
      const poster = { width: 2048, height: 1536, form: 'poster-jpeg' as const, seed: 5 };
      const { parsed } = await setBook(folder, {
        samples: [poster],
        pageSize: 'A5',
        landscapePictures: 'upright',
      });
      const widths = parsed.context
        .enumerateIndirectObjects()
        .flatMap(([, object]) =>
          object instanceof PDFRawStream ? [object.dict.get(PDFName.of('Width'))] : [],
        )
        .flatMap((width) => (width === undefined ? [] : [Number(String(width))]));
      // 118 mm at 300 dpi.
      expect(Math.max(...widths)).toBe(1394);
    });
  });
});

describe('other makers’ programs', () => {
  const wish = {
    title: titleGreek,
    author: 'Anna Grün & Пётр',
    language: 'el',
    samples: [
      landscape,
      portrait,
      { width: 2000, height: 200, form: 'poster-jpeg', seed: 4 },
      { width: 200, height: 2000, form: 'rgba-png', seed: 5 },
      { ...landscape, form: 'line-art-1-bit' },
    ],
    captions: [
      captionCyrillic,
      '',
      'A panorama whose caption is so long that it has to be set on more than one line of the page, as long ones are',
    ],
    makers: [{ provider: 'gemini', model: 'gemini-2.5-flash-image' }],
    leftOut: [6],
  } as const;

  testWith('qpdf', 'qpdf finds no fault in any page size', async () => {
    await inTemporaryFolder(async (folder) => {
      for (const pageSize of ['A4', 'A5', 'Letter'] as const) {
        const { path } = await setBook(folder, { ...wish, pageSize });
        expect(await runTool('qpdf', '--check', path)).toContain('No syntax or stream encoding errors found');
      }
    });
  });

  testWith('pdfinfo', 'pdfinfo reads size, title and tags', async () => {
    await inTemporaryFolder(async (folder) => {
      const { path } = await setBook(folder, wish);
      const info = await runTool('pdfinfo', path);
      expect(info).toMatch(/Title: +Ένα καλοκαίρι στο χωριό/u);
      expect(info).toMatch(/Tagged: +yes/u);
      expect(info).toMatch(/Page size: +595.276 x 841.89 pts \(A4\)/u);
      const structure = await runTool('pdfinfo', '-struct-text', path);
      expect(structure.indexOf('H1')).toBeLessThan(structure.indexOf('Caption'));
      expect(structure).toContain(`"${titleGreek}"`);
    });
  });

  testWith(
    'pdftotext',
    'pdftotext finds title, captions, page numbers, makers and what was left out',
    async () => {
      await inTemporaryFolder(async (folder) => {
        const { path } = await setBook(folder, wish);
        const pages = (await runTool('pdftotext', path, '-'))
          .split('\f')
          .map((page) => page.replaceAll(/\s+/gu, ' ').trim());
        expect(pages[0]).toBe(`${titleGreek} Anna Grün & Пётр 5 pictures`);
        // A turned caption is read after the page number, which stands upright.
        expect(pages[1]).toBe(`2 ${captionCyrillic}`);
        expect(pages[3]).toBe(`4 ${wish.captions[2]}`);
        expect(pages[6]).toContain('Contact sheet');
        expect(pages[7]).toContain('Photo 7 could not be used and was left out.');
        expect(pages[7]).toContain('Provider: gemini. Model: gemini-2.5-flash-image.');
        expect(pages[7]).toContain('Provider: offline. Model: xdog-1.');
      });
    },
  );

  testWith(
    'pdftoppm',
    'pdftoppm shows ink inside the margins only, and the picture in the middle',
    async () => {
      await inTemporaryFolder(async (folder) => {
        for (const pageSize of ['A4', 'A5', 'Letter'] as const) {
          const { path, summary } = await setBook(folder, { ...wish, pageSize });
          for (let page = 1; page <= summary.pages; page += 1) {
            const target = join(folder, `${pageSize}-${page}`);
            await runTool(
              'pdftoppm',
              '-r',
              '50',
              '-gray',
              '-png',
              '-singlefile',
              '-f',
              `${page}`,
              '-l',
              `${page}`,
              path,
              target,
            );
            const { left, right, top, bottom } = await inkMargins(`${target}.png`);
            // 8 mm: more than the edge that ordinary printers cannot reach.
            for (const margin of [left, right, top, bottom]) expect(margin).toBeGreaterThan((8 / 25.4) * 50);
            // In the middle from side to side, as the picture is looked at; a page number stands below.
            const isTurned = [2, 4, 6].includes(page);
            if (page >= 2 && page <= 6 && !isTurned) expect(Math.abs(left - right)).toBeLessThanOrEqual(2);
            const { height } = await sharp(`${target}.png`).metadata();
            // The panorama fills the page from bottom to top; upright it would be as low as 17 mm.
            if (page === 4) expect(height - top - bottom).toBeGreaterThan(height * 0.75);
          }
        }
      });
    },
  );

  testWith(
    'pdftotext',
    'a book of one picture with the longest title and caption keeps every word',
    async () => {
      await inTemporaryFolder(async (folder) => {
        const title = 'Wanderungen '.repeat(10).trim();
        const caption = `${'W'.repeat(120)} ${'and so on '.repeat(7)}`.trim();
        const { path, summary } = await setBook(folder, {
          samples: [portrait],
          title,
          captions: [caption],
          pageSize: 'A5',
        });
        expect(summary.pages).toBe(4);
        const [cover = '', page = ''] = (await runTool('pdftotext', path, '-')).split('\f');
        expect(cover.replaceAll(/\s+/gu, ' ')).toContain(title);
        expect(page.replaceAll(/\s+/gu, '')).toContain(caption.replaceAll(' ', ''));
        expect(cover).toContain('1 picture\n');
      });
    },
  );
});

/** Width and height at which a page's content shows its first image, in points. */
function imageBox(content: string): { width: number; height: number } {
  const [, width, height] = /q ([\d.]+) 0 0 ([\d.]+) [\d.]+ [\d.]+ cm \/I-/.exec(content) ?? [];
  return { width: Number(width), height: Number(height) };
}

function embeddedFont(objects: readonly (readonly [unknown, unknown])[], name: string): Uint8Array {
  for (const [, object] of objects) {
    if (!(object instanceof PDFDict) || !String(object.get(PDFName.of('FontName'))).includes(name)) continue;
    const file = object.lookup(PDFName.of('FontFile2'));
    if (file instanceof PDFRawStream) return decodePDFRawStream(file).decode();
  }
  throw new Error(`No embedded ${name}`);
}

/** White at each edge, in pixels. */
async function inkMargins(path: string) {
  const { data, info } = await sharp(path).toColourspace('b-w').raw().toBuffer({ resolveWithObject: true });
  let [left, right, top, bottom] = [info.width, info.width, info.height, info.height];
  for (let y = 0; y < info.height; y += 1) {
    for (let x = 0; x < info.width; x += 1) {
      if ((data[(y * info.width + x) * info.channels] ?? 255) > 245) continue;
      left = Math.min(left, x);
      right = Math.min(right, info.width - 1 - x);
      top = Math.min(top, y);
      bottom = Math.min(bottom, info.height - 1 - y);
    }
  }
  return { left, right, top, bottom };
}

describe('the note about who made the pictures', () => {
  testWith('pdftotext', 'names those that the offline provider made in place of another one', async () => {
    await inTemporaryFolder(async (folder) => {
      const { path } = await setBook(folder, {
        samples: [landscape, portrait, landscape],
        makers: [
          { provider: 'gemini', model: 'flash' },
          { provider: 'offline', model: 'poster-1', insteadOf: 'gemini' },
          { provider: 'offline', model: 'poster-1' },
        ],
      });
      const text = (await runTool('pdftotext', path, '-')).replaceAll(/\s+/g, ' ');
      expect(text).toContain(
        '1 picture was generated by artificial intelligence. Provider: gemini. Model: flash.',
      );
      expect(text).toContain(
        '1 picture was drawn by image filters, without artificial intelligence, because the provider gemini could not be had. Provider: offline. Model: poster-1.',
      );
      expect(text).toContain(
        '1 picture was drawn by image filters, without artificial intelligence. Provider: offline. Model: poster-1.',
      );
    });
  });
});
