/** What of a document may become a finding, and what it is called. */
import { describe, expect, test } from '@jest/globals';
import { mapped, passagesOf } from './water-works.ts';

const prose = [
  'The northern pump of the water works failed twice in March of this year.',
  'The hospital on the hill has no tank of its own and depends on that pump.',
  'The council of the town has ordered a second pump for the water works.',
  'The inspectors of the county measured the level of the river every week.',
  'Every house below the mill was told to boil its water before drinking.',
];
const detailsOf = (text: string, language = 'en'): string[] =>
  mapped({ language, passages: passagesOf(text) }).findings.map(({ detail }) => detail);
const isFinding = (line: string, language = 'en'): boolean =>
  detailsOf([line, ...prose.slice(0, 3)].join('\n'), language).some((detail) => line.includes(detail));

describe('no finding is made of', () => {
  test.each([
    ['a list of keywords', 'Keywords pumps, water works, repair, council, hospital.'],
    ['a heading that runs into its text', '4.2 Repair Pumps of the water works were repaired in the spring.'],
    ['the title of a work', 'The Repair and Maintenance of Northern Pumps in Small Water Works.'],
    [
      'the end of a sentence that began on another page',
      'of the water works, which the council had ordered to be repaired.',
    ],
    ['a formula', 'Let P be a pump and Q ⊂ P the part of it that the water reaches.'],
    ['letters that stand for something', 'If x and y are pumps and z1 is a tank then x feeds z1.'],
    ['a row of a form', 'Attach the form for pumps of the water works . . . . . . 73 if required.'],
    ['a row of a table', 'Pump | failed in March | repaired by the water works in April.'],
  ])('%s', (_, line) => {
    expect(isFinding(line)).toBe(false);
    expect(isFinding('The mill was sold to the water works for one krone.')).toBe(true);
  });

  test('the names of columns, where a document is nothing but a table', () => {
    const rows = [
      'pump | works that look after it | state of the pump',
      'north | works of the town council | repaired in April',
    ];
    expect(detailsOf(rows.join('\n'))).toEqual([rows[1]]);
  });
});

test('the number of a note or of a list item is no part of a quotation', () => {
  const [first] = detailsOf(
    ['[12] By March most pumps of the water works had been repaired.', ...prose].join('\n'),
  );
  expect(first).not.toMatch(/^\[/);
  expect(isFinding('(ii) By March most pumps of the water works had been repaired.')).toBe(true);
});

test('a sentence that leans on the one before it counts for less than one that stands alone', () => {
  const lines = [
    'However, this pump of the water works failed twice in March.',
    'The pump of the water works failed twice in April again.',
  ];
  const { findings } = mapped({ language: 'en', passages: passagesOf(lines.join('\n')) });
  const confidence = (start: string): number =>
    findings.find(({ detail }) => detail.startsWith(start))?.confidence ?? 0;
  expect(confidence('The pump')).toBeGreaterThan(confidence('However'));
});

describe('a heading', () => {
  const titles = (...headings: readonly string[]): string[] =>
    mapped({ language: 'en', passages: [{ number: 0, text: prose.join('\n'), headings }] }).findings.map(
      ({ title }) => title,
    );
  test('is the title, without its number, when its words stand in the text below it', () => {
    for (const heading of ['Pumps', '4. Pumps', '2.1 Pumps', 'IV. Pumps', '§ 3 Pumps', 'Chapter 3: Pumps'])
      expect(new Set(titles('Report', heading))).toEqual(new Set(['Pumps']));
  });
  test.each([
    'kikikikikikikik',
    'OIASDAAPDSO',
    "s dfjlsjfsjsfjsjfsaa s' ;",
    '* * *',
    '1910s–1950s',
    'pumps of the town, which had been',
    'Abstract',
  ])('that says nothing about the text is none: %s', (heading) => {
    const found = titles(heading);
    expect(found).not.toContain(heading);
    for (const title of found) {
      const words = title.toLowerCase().split(' · ');
      for (const word of words) expect(prose.join(' ').toLowerCase()).toContain(word);
    }
  });
});

describe('gravity', () => {
  const severity = (line: string, language: string): string | undefined =>
    mapped({ language, passages: passagesOf(line) }).findings[0]?.severity;
  test.each([
    ['en', 'The dry bearings of the pump are a danger to the whole town.', 'high'],
    // No Italian “deve”, no “plan”.
    ['en', 'The planet was developed with the technology of the water works.', 'info'],
    ['de', 'Die trockenen Lager der Pumpe sind eine Gefahr für die ganze Stadt.', 'high'],
    ['de', 'Das Rathaus der Stadt steht neben der Kirche am alten Markt.', 'info'],
    ['fi', 'Kaupungin pumppu oli vaara koko kaupungille ja sen asukkaille.', 'info'],
  ])('%s: %s is %s', (language, line, expected) => {
    expect(severity(line, language)).toBe(expected);
  });
});

describe('names', () => {
  const names = (language: string, ...lines: readonly string[]): string[] =>
    mapped({ language, passages: passagesOf(lines.join('\n')) }).entities.map(({ name }) => name);
  test('are listed when they are met twice, or say themselves what they name', () => {
    expect(
      names(
        'en',
        'The pump was sold by Harald Berg to the Riverside Water Authority in the spring.',
        'Harald Berg had bought it from the owners of the Green Mill in March.',
        'These Pumps Because the town needs them were bought by Dr. Anna Holm in spring.',
      ),
    ).toEqual(['Harald Berg', 'Riverside Water Authority', 'Dr. Anna Holm']);
  });
  test('do not begin with a common word, nor go on behind a possessive', () => {
    expect(
      names(
        'en',
        'Most Berg Pumps are old, and Berg Pumps’s Green Mill is older than they are.',
        'The Berg Pumps are red.',
      ),
    ).toEqual(['Berg Pumps']);
  });
  test('are no nouns that German joins with an article', () => {
    const line = 'Die Lager der Pumpe und das Lager der Pumpe sind trocken, sagt die Stadt.';
    expect(names('de', line, 'Auch die Lager der Pumpe am Markt waren trocken.')).toEqual([]);
  });
});

describe('figures', () => {
  const figures = (line: string) => mapped({ language: 'en', passages: passagesOf(line) }).figures;
  test('are no decades', () => {
    expect(figures('Pumps of the 1960s feed the town and the hospital on the hill.')).toEqual([]);
    expect(
      figures('Every pump of the town ran for 12 s before it stopped.').map(({ value }) => value),
    ).toEqual(['12 s']);
  });
  test('stand with the words around them, cut between words', () => {
    const long = `The pumps of the town ${'and of the villages around it '.repeat(5)}cost € 48,200 in all, says the council ${'of the town '.repeat(6)}today.`;
    const [figure] = figures(long);
    expect(figure?.meaning).toMatch(/^… .*€ 48,200.* …$/);
    expect(long).toContain(figure?.meaning.slice(2, -2));
    expect(figure?.meaning.length).toBeLessThan(170);
  });
});

test('in a language whose common words are not known, frequent words are no titles', () => {
  const nouns = [
    'αντλία',
    'νερό',
    'πόλη',
    'δήμος',
    'ποτάμι',
    'γέφυρα',
    'μύλος',
    'σχολείο',
    'δρόμος',
    'λιμάνι',
  ];
  const lines = nouns.map(
    (noun, index) =>
      `Και την ημέρα αυτή ${noun} ήταν για την ${nouns[(index + 3) % 10]} χωρίς ${nouns[(index + 5) % 10]}.`,
  );
  for (const { title } of mapped({ language: 'el', passages: passagesOf(lines.join('\n')) }).findings)
    expect(title.toLowerCase()).not.toMatch(/ημέρα|και|για/);
});
