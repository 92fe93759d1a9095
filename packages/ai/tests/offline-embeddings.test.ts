import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createOfflineEmbeddings, hashedTermsDimensions, hashedTermVector } from '../src/index.ts';

const cosine = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
const likeness = (a: string, b: string): number => cosine(hashedTermVector(a), hashedTermVector(b));
const lengthOf = (vector: Float32Array): number => Math.sqrt(cosine(vector, vector));

/** Passages of the length that documents are cut into, about different things; each question is about one of them. */
const passages = {
  pump: 'The northern pump failed twice in March because its bearings were dry. The repair cost € 48,200 and took twelve days, and during that time the town was supplied through the old main of the harbour. The engineers have proposed to replace the bearings every second year from now on.',
  river:
    'The water authority tested the river every week of the year. Nitrate stayed below 25 mg per litre in all samples, and above the mill the oxygen fell to 4 mg per litre in August, which is a risk for trout. Nobody has counted the fish since the dam was opened.',
  hospital:
    'The hospital has no tank of its own. Its supply hangs on one pipe under the station, which was laid in 1954. The council has asked the company for an offer, and the company has not answered the letter of the council so far.',
  contract:
    'The contract of the operating company ends in December 2026. It must be renewed by the council before the summer, or the works are put out to tender in the whole of the European Union, which takes nine months at least.',
  pumpe:
    'Die nördliche Pumpe fiel im März zweimal aus, weil ihre Lager trocken waren. Die Reparatur kostete 48.200 Euro und dauerte zwölf Tage. Die Ingenieure schlagen vor, die Lager alle zwei Jahre zu tauschen.',
  fluss:
    'Die Behörde prüfte den Fluss jede Woche des Jahres. Der Nitratwert blieb in allen Proben unter 25 mg je Liter. Oberhalb der Mühle sank der Sauerstoff im August, was für die Forellen eine Gefahr ist.',
} as const;

describe('the vector of a text without a model', () => {
  test.each([
    ['Why did the northern pump fail?', 'pump'],
    ['Which bearings are dry?', 'pump'],
    ['What do we know of the trouts and their oxygen?', 'river'],
    ['How old is the pipe that supplies the hospital?', 'hospital'],
    ['When do contracts with companies end?', 'contract'],
    ['Warum ist die Pumpe ausgefallen?', 'pumpe'],
    ['Welche Gefahren gibt es für die Forelle?', 'fluss'],
  ] as const)('of “%s” is nearest to that of the passage about it', (question, wanted) => {
    const ranked = Object.entries(passages)
      .map(([name, text]) => ({ name, near: likeness(question, text) }))
      .sort((a, b) => b.near - a.near);
    expect(ranked[0]?.name).toBe(wanted);
    expect(ranked[0]?.near).toBeGreaterThan((ranked[1]?.near ?? 1) + 0.01);
  });

  test('is nearer to a text of the same words than to one of inflected words, and to that than to others', () => {
    const same = likeness('dry bearings of the pump', 'Bearings, dry: PUMP');
    const inflected = likeness('dry bearings of the pump', 'dried bearing of pumps');
    const other = likeness('dry bearings of the pump', 'renewal of contracts');
    expect(same).toBeCloseTo(1, 5);
    expect(inflected).toBeLessThan(0.6);
    expect(inflected).toBeGreaterThan(0.1);
    expect(Math.abs(other)).toBeLessThan(0.08);
  });

  test('does not count how a text says it, but what: common words, case and the order of words', () => {
    expect(likeness('The pump has failed', 'Failed pump!')).toBeCloseTo(1, 5);
    expect(likeness('Straße und Fluß', 'FLUSS')).toBeLessThan(1);
    expect(likeness('Cafe\u0301', 'café')).toBeCloseTo(1, 5);
  });

  test('counts a word that comes a hundred times more than once, and not a hundred times', () => {
    const mixed = `${'pump '.repeat(100)}river`;
    expect(likeness(mixed, 'pump')).toBeGreaterThan(0.9);
    expect(likeness(mixed, 'river')).toBeGreaterThan(0.1);
  });

  test.each([
    ['common words alone', 'What is it about and who was there?'],
    ['signs', '— … !!! —'],
    ['emoji', '🚰🐟🚰'],
    ['white space', ' \n\t '],
    ['one letter', 'x'],
    ['numbers', '48,200 12 2026'],
    ['Japanese', '水道の水質は毎週検査されています。'],
    ['Thai', 'แม่น้ำสะอาดมาก'],
    ['Arabic', 'المضخة الشمالية تعطلت مرتين'],
    ['a lone surrogate', 'pump \ud800'],
    ['NUL', 'a\u0000b'],
    ['a third of a megabyte', 'The northern pump failed in March. '.repeat(10_000)],
  ])('of %s is of unit length too, and the same each time', (_, text) => {
    const vector = hashedTermVector(text);
    expect(vector).toHaveLength(hashedTermsDimensions);
    expect(lengthOf(vector)).toBeCloseTo(1, 5);
    expect(hashedTermVector(text)).toEqual(vector);
  });

  test('of any text is of unit length', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 200 }), (text) => {
        expect(lengthOf(hashedTermVector(text))).toBeCloseTo(1, 4);
      }),
    );
  });

  test('tells texts in scripts without spaces apart', () => {
    const water = '水道の水質は毎週検査されています。';
    expect(likeness('水質の検査', water)).toBeGreaterThan(likeness('契約の更新', water) + 0.1);
  });

  test('is the one that documents were stored with: changed, it needs another name of the model', () => {
    const vector = hashedTermVector('The northern pump failed.');
    const heaviest = Array.from(vector, (value, at) => ({ at, value: Math.round(value * 1_000) }))
      .sort((a, b) => Math.abs(b.value) - Math.abs(a.value) || a.at - b.at)
      .slice(0, 3);
    expect(heaviest).toEqual([651, 1_091, 1_424].map((at) => ({ at, value: 479 })));
  });
});

describe('the offline port', () => {
  const port = createOfflineEmbeddings();
  const signal = new AbortController().signal;

  test('gives a vector for each text, in order, the same for documents and for questions', async () => {
    const texts = Object.values(passages);
    const [first, second] = await Promise.all([
      port.embed({ texts, purpose: 'document', signal }),
      port.embed({ texts, purpose: 'query', signal }),
    ]);
    expect(first.vectors).toEqual(texts.map(hashedTermVector));
    expect(second.vectors).toEqual(first.vectors);
    expect(first).toMatchObject({ provider: port.name, model: port.embeddingModel, tokens: 0 });
  });

  test('lets others have their turn, and stops with the reason of the signal', async () => {
    const controller = new AbortController();
    const reason = new Error('the job was cancelled');
    const running = port.embed({
      texts: Array.from({ length: 1_000 }, () => passages.pump),
      purpose: 'document',
      signal: controller.signal,
    });
    setImmediate(() => controller.abort(reason));
    await expect(running).rejects.toBe(reason);
  });
});
