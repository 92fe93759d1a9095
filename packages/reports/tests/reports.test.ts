import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type AnswerAnswer,
  citationProblem,
  extractiveMakers,
  findingsCsv,
  type MapAnswer,
  type MapMaterial,
  mapAnswerSchema,
  mergeEntities,
  mergeFindings,
  type NumberedPassage,
  type PartFinding,
  type Report,
  reduceAnswerSchema,
} from '../src/index.ts';

const passages: NumberedPassage[] = [
  {
    number: 0,
    page: 1,
    headings: ['Water works', 'Pumps'],
    text: 'Pumps\nThe northern pump of the water works failed twice in March. Its bearings had not been greased since 2019, and the deadline for the inspection had passed. The repair cost € 48,200 and took 12 days. Dr. Anna Schmidt of the Riverside Water Authority ordered a second pump. Who pays for the second pump?',
  },
  {
    number: 1,
    page: 2,
    headings: ['Water works', 'Quality'],
    text: 'Quality\nThe water of the river was tested every week. Nitrate stayed below 25 mg in all samples of the year. The Riverside Water Authority should publish the results of the tests. Pumps that fail are a danger to the supply of the hospital. The northern pump feeds the hospital, and the hospital has no tank of its own.',
  },
];

const mapped = (material: MapMaterial): MapAnswer => extractiveMakers['report-map']?.(material) as MapAnswer;

const finding = (detail: string, change: Partial<PartFinding> = {}): PartFinding => ({
  title: detail.slice(0, 20),
  detail,
  severity: 'info',
  confidence: 0.5,
  citations: [{ document: 0, chunkId: 'c1', quote: detail }],
  ...change,
});

describe('a citation', () => {
  const passage = {
    text: 'The “ﬁnal” re-\nport was delivered – late – on 3 March. The costs rose by 12 % to 4,500 €. The board took notice.',
  };
  test.each([
    ['in the very words', 'The board took notice.'],
    ['in other case, spaces and line breaks', 'the  BOARD\ntook notice'],
    ['with a ligature written out and a hyphenated word joined', 'The "final" report was delivered'],
    ['with other dashes and quotation marks', "the 'final' report was delivered - late - on 3 March"],
    ['with an omission', 'The costs rose by 12 % … The board took notice.'],
    ['with an omission in brackets', 'report was delivered [...] on 3 March'],
  ])('%s is accepted', (_, quote) => {
    expect(citationProblem(quote, passage)).toBeUndefined();
  });
  test.each([
    ['of another number', 'The costs rose by 13 % to 4,500 €', /not in that passage/],
    ['of words that are not there', 'The board resigned at once.', /not in that passage/],
    ['of pieces in another order', 'The board took notice … The costs rose', /not in that passage/],
    ['of omissions around almost nothing', 'The … by … to … of', /not in that passage/],
    ['of one short word', 'board', /too short/],
    ['of nothing', '', /too short/],
  ])('%s is rejected', (_, quote, problem) => {
    expect(citationProblem(quote, passage)).toMatch(problem);
  });
  test('of a passage that does not exist is rejected', () => {
    expect(citationProblem('The board took notice', undefined)).toMatch(/no such passage/);
  });
  test('is accepted for any cut of a text that is long enough, and rejected when a letter of it is another one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 20, max: 60 }), (start, length) => {
        const quote = passage.text.slice(start, start + length);
        expect(citationProblem(quote, passage)).toBeUndefined();
        const at = quote.search(/[a-z]/);
        expect(citationProblem(`${quote.slice(0, at)}ж${quote.slice(at + 1)}`, passage)).toBeDefined();
      }),
    );
  });
});

describe('an extractive map', () => {
  const answer = mapped({ language: 'en', passages });

  test('has the shape of a model’s answer, and each of its findings quotes a passage exactly', () => {
    expect(mapAnswerSchema.safeParse(answer).error).toBeUndefined();
    expect(answer.findings.length).toBeGreaterThanOrEqual(3);
    for (const { detail, citations } of answer.findings) {
      const [citation] = citations;
      expect(passages[citation?.passage ?? -1]?.text).toContain(detail);
      expect(citation?.quote).toBe(detail);
    }
  });

  test('finds figures with their units, names, and the questions that are asked', () => {
    expect(answer.figures.map(({ value }) => value)).toEqual(
      expect.arrayContaining(['€ 48,200', '12 days', '25 mg']),
    );
    expect(answer.entities.map(({ name }) => name)).toContain('Riverside Water Authority');
    expect(answer.openQuestions).toEqual(['Who pays for the second pump?']);
  });

  test('takes its titles from the headings and its severities from signal words', () => {
    expect(answer.findings.map(({ title }) => title)).toEqual(expect.arrayContaining(['Pumps']));
    const danger = answer.findings.find(({ detail }) => detail.includes('danger'));
    expect(danger?.severity ?? 'high').toBe('high');
  });

  test('gives the same for the same, and something for texts of any sort', () => {
    expect(mapped({ language: 'en', passages })).toEqual(answer);
    for (const text of [
      '',
      '12 | 13 | 14',
      '日本語の文章です。水道の水質は毎週検査されています。',
      'aaaa '.repeat(5_000),
    ]) {
      const odd = mapped({
        language: 'ja',
        passages: [{ number: 0, text, headings: [] }],
      });
      expect(mapAnswerSchema.safeParse(odd).error).toBeUndefined();
    }
  });

  test('reads a batch of 40,000 words within seconds', () => {
    const letters = (value: number): string =>
      String(value).replaceAll(/\d/g, (digit) => 'abcdefghij'[Number(digit)] ?? '');
    const words = Array.from({ length: 997 }, (_, index) => `word${letters((index * 7_919) % 997)}`);
    const many: NumberedPassage[] = Array.from({ length: 128 }, (_, number) => ({
      number,
      headings: [],
      text: Array.from(
        { length: 20 },
        (__, sentence) =>
          `The ${Array.from({ length: 16 }, (___, word) => words[(number * 31 + sentence * 17 + word * word) % 997]).join(' ')}.`,
      ).join(' '),
    }));
    const begun = performance.now();
    const { findings } = mapped({ language: 'en', passages: many });
    expect(findings.length).toBe(12);
    expect(performance.now() - begun).toBeLessThan(20_000);
  });
});

test('an extractive answer is made of the sentences that are most similar to the question, and is none when nothing is', () => {
  const make = extractiveMakers['report-answer'];
  const material = { language: 'en', passages };
  const answer = make?.({ ...material, question: 'What did the repair cost?' }) as AnswerAnswer;
  expect(answer.answered).toBe(true);
  expect(answer.text).toContain('€ 48,200');
  for (const { passage, quote } of answer.citations) expect(passages[passage]?.text).toContain(quote);
  // Not a word of it is about anything: what stands in the middle of the documents is what they are about.
  const about = make?.({ ...material, question: 'What is this about?' }) as AnswerAnswer;
  expect(about.answered).toBe(true);
  for (const { passage, quote } of about.citations) expect(passages[passage]?.text).toContain(quote);
  expect(make?.({ ...material, question: 'Wherefore zebras?' })).toEqual({
    answered: false,
    text: '',
    citations: [],
  });
});

test('an extractive reduction keeps numbers that were given, and takes from every document', () => {
  const findings = Array.from({ length: 60 }, (_, number) => ({
    number,
    title: `Title ${number}`,
    detail: `Sentence ${number} speaks of subject${number} and matter${number % 7} in place${number % 11}.`,
    severity: 'info',
    confidence: 1 - number / 100,
    documents: [number % 3],
  }));
  const reduced = reduceAnswerSchema.parse(
    extractiveMakers['report-reduce']?.({ language: 'en', summaries: [], openQuestions: [], findings }),
  );
  expect(reduced.findings).toHaveLength(30);
  for (const place of [0, 1, 2]) expect(reduced.summary).toContain(findings[place]?.detail);
});

describe('merged findings', () => {
  test('that quote the same words, or say the same in nearly the same words, become one with the citations of all', () => {
    const merged = mergeFindings([
      finding('The northern pump failed twice in March because of dry bearings.', { confidence: 0.4 }),
      finding('The northern pump failed twice in March because of very dry bearings.', {
        severity: 'high',
        citations: [{ document: 1, chunkId: 'c2', quote: 'failed twice in March' }],
      }),
      finding('Nitrate stayed below the limit in all samples.'),
    ]);
    expect(merged).toHaveLength(2);
    expect(merged[0]).toMatchObject({ severity: 'high', citations: [{ document: 1 }, { document: 0 }] });
  });
  test('stand gravest first, then surest', () => {
    const merged = mergeFindings([
      finding('Alpha beta gamma delta.', { confidence: 0.9 }),
      finding('One two three four five.', { severity: 'critical', confidence: 0.1 }),
      finding('Red green blue yellow.', { confidence: 0.95 }),
    ]);
    expect(merged.map(({ detail }) => detail[0])).toEqual(['O', 'R', 'A']);
  });
});

test('names that differ in case and spaces are one entity, with its mentions and documents', () => {
  expect(
    mergeEntities(
      [
        { name: 'Water  Authority', kind: 'other', document: 2 },
        { name: 'Water Authority', kind: 'organisation', document: 0 },
        { name: 'Water Authority', kind: 'other', document: 0 },
      ],
      10,
    ),
  ).toEqual([{ name: 'Water Authority', kind: 'organisation', mentions: 3, documents: [0, 2] }]);
});

describe('the table of findings', () => {
  const report = (detail: string, quote = 'words'): Report => ({
    version: 1,
    title: 'A report',
    language: 'en',
    method: 'extractive',
    makers: [],
    documents: [{ index: 0, title: '=cmd', chunks: 1, chunksRead: 1 }],
    summary: '',
    findings: [
      {
        id: 'F1',
        title: 'T',
        detail,
        severity: 'high',
        confidence: 0.5,
        citations: [{ document: 0, page: 3, chunkId: 'c', quote }],
      },
    ],
    entities: [],
    figures: [],
    openQuestions: [],
    dropped: { findings: 0, citations: 0 },
  });

  test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\rx', '\n=1', ' =1', '＝1+1'])(
    'makes %j harmless',
    (text) => {
      const row = findingsCsv(report(text)).split('\r\n')[1] ?? '';
      expect(findingsCsv(report(text))).toContain(`'${text}`.replaceAll('"', '""'));
      expect(row).toContain("'=cmd");
    },
  );
  test('quotes what has commas, quotation marks and line breaks, and leaves the rest alone', () => {
    expect(findingsCsv(report('a "b", c', 'plain'))).toBe(
      '\ufeffid,severity,confidence,title,detail,document,page,quote,chunk\r\nF1,high,0.50,T,"a ""b"", c",\'=cmd,3,plain,c\r\n',
    );
  });
});
