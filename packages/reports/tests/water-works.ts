import { extractiveMakers, type MapAnswer, type MapMaterial, type NumberedPassage } from '../src/index.ts';

/** Two passages of one document. */
export const passages: NumberedPassage[] = [
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

export const mapped = (material: MapMaterial): MapAnswer =>
  extractiveMakers['report-map'].make(material) as MapAnswer;

/** A document of one passage for each text. */
export const passagesOf = (...texts: readonly string[]): NumberedPassage[] =>
  texts.map((text, number) => ({ number, text, headings: [] }));
