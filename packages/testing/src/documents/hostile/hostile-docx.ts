/** Word files: archives and XML that explode, lie, nest, circle, or carry what is no text. */
import { docxMain, docxOf, docxParagraph, docxRelations } from '../docx-of.ts';
import { repeatedDeflate, zipOf } from '../zip-of.ts';
import { type HostileDocument, mediaTypes, unseen } from './hostile-document.ts';

const mebibyte = 1024 * 1024;
const main = 'word/document.xml';
const hello = docxMain(docxParagraph('Hello, reader.'));
const bomb = (times: number) => repeatedDeflate(Buffer.alloc(mebibyte, 'a'), times);

function docx(
  name: string,
  ends: HostileDocument['ends'],
  bytes: () => Uint8Array,
  text: Pick<HostileDocument, 'contains' | 'lacks'> = {},
): HostileDocument {
  return { name: `DOCX: ${name}`, mediaType: mediaTypes.docx, ends, bytes, ...text };
}

export const hostileDocx: readonly HostileDocument[] = [
  docx('a part that unpacks to four gigabytes', ['document-too-complex', 'document-corrupt'], () =>
    docxOf({ [main]: bomb(4_095) }),
  ),
  docx('styles that unpack to four gigabytes', ['document-too-complex', 'document-corrupt'], () =>
    docxOf({ [main]: hello, 'word/styles.xml': bomb(4_095) }),
  ),
  docx('a list of content types that unpacks to a gigabyte', ['document', 'unsupported-type'], () =>
    docxOf({ '[Content_Types].xml': bomb(1_000), [main]: hello }),
  ),
  docx('parts that all lead to the same large one', ['document-too-complex', 'document-corrupt'], () =>
    zipOf(
      { 'word/x.xml': bomb(10), '_rels/.rels': docxRelations('word/d.xml') },
      { alsoFirst: ['word/d.xml', 'word/styles.xml', 'word/footnotes.xml', 'word/endnotes.xml'] },
    ),
  ),
  docx('more than ten thousand parts', ['document-too-complex'], () =>
    docxOf({
      [main]: hello,
      ...Object.fromEntries(Array.from({ length: 10_100 }, (_, index) => [`word/media/${index}.xml`, ''])),
    }),
  ),
  docx('sizes that the directory lies about', ['document-corrupt'], () =>
    docxOf({ [main]: hello }, { claimedSize: 10 }),
  ),
  docx('a part that is encrypted', ['document-encrypted'], () =>
    docxOf({ [main]: { packed: Buffer.from('secret'), size: 6, flags: 1 } }),
  ),
  docx('a part packed by a method that nobody knows', ['document-corrupt'], () =>
    docxOf({ [main]: { packed: Buffer.from('secret'), size: 6, method: 99 } }),
  ),
  docx('an archive that is cut off', ['document-corrupt', 'unsupported-type'], () =>
    docxOf({ [main]: hello }).subarray(0, -40),
  ),
  docx('XML that ends in the middle', ['document', 'document-corrupt'], () =>
    docxOf({ [main]: hello.slice(0, -30) }),
  ),
  docx('entities that multiply', ['document-corrupt'], () => {
    const levels = Array.from({ length: 12 }, (_, at) => `<!ENTITY e${at + 1} "${`&e${at};`.repeat(10)}">`);
    const type = `<!DOCTYPE d [<!ENTITY e0 "ha">${levels.join('')}]>`;
    return docxOf({ [main]: docxMain(docxParagraph('&e12;'), type) });
  }),
  docx('an entity that names a file of the machine', ['document-corrupt'], () =>
    docxOf({
      [main]: docxMain(docxParagraph('&f;'), '<!DOCTYPE d [<!ENTITY f SYSTEM "file:///etc/passwd">]>'),
    }),
  ),
  docx('entities in the relations', ['document-corrupt'], () =>
    docxOf({
      '_rels/.rels': `<!DOCTYPE r [<!ENTITY e "word/document.xml">]>${docxRelations('&e;')}`,
      [main]: hello,
    }),
  ),
  docx('a main part outside the archive', ['document-corrupt'], () =>
    docxOf({ '_rels/.rels': docxRelations('../../../../etc/passwd'), [main]: hello }),
  ),
  docx('tables nested without end', ['document-too-complex'], () =>
    docxOf({ [main]: docxMain('<w:tbl><w:tr><w:tc>'.repeat(50_000)) }),
  ),
  docx('a hundred thousand attributes of one element', ['document'], () =>
    docxOf({
      [main]: docxMain(
        `<w:p ${Array.from({ length: 100_000 }, (_, at) => `a${at}="1"`).join(' ')}/>${docxParagraph('Hello')}`,
      ),
    }),
  ),
  docx(
    'references to characters that are none',
    ['document'],
    () => docxOf({ [main]: docxMain(docxParagraph('before &#xD800;&#0;&#xFFFFFFFF;&#x202E; after')) }),
    { contains: ['before', 'after'], lacks: unseen },
  ),
  docx(
    'properties named as what every object has',
    ['document'],
    () =>
      docxOf({
        [main]: hello,
        'docProps/core.xml':
          '<p><constructor>a</constructor><__proto__>b</__proto__><toString>c</toString></p>',
      }),
    { contains: ['Hello, reader.'] },
  ),
  docx(
    'a word of half a million letters',
    ['document'],
    () => docxOf({ [main]: docxMain(docxParagraph('ab'.repeat(mebibyte / 4))) }),
    { contains: ['abababab'] },
  ),
  docx('a cell of a hundred thousand paragraphs', ['document'], () =>
    docxOf({
      [main]: docxMain(`<w:tbl><w:tr><w:tc>${docxParagraph('x').repeat(100_000)}</w:tc></w:tr></w:tbl>`),
    }),
  ),
];
