/** Material as a small lecture script gives it. */
import {
  assemblePlan,
  type DraftMaterial,
  type LearningPlan,
  type PlanDraft,
  planMakers,
} from '../src/index.ts';

const texts = [
  [
    'Vectors',
    'What a vector is',
    'A vector is a quantity with a length and a direction. Two vectors are equal when their lengths and their directions are equal. The sum of two vectors is found by putting the tail of one at the tip of the other.',
  ],
  [
    'Vectors',
    'Products of vectors',
    'The dot product of two vectors is a number that tells how alike their directions are. It is zero when the vectors are perpendicular. The cross product of two vectors is perpendicular to both of them.',
  ],
  [
    'Matrices',
    'Matrices as maps',
    'A matrix describes a linear map: its columns are the images of the basis vectors. The product of two matrices is the map that does one after the other. A rotation of the plane is a matrix with two columns.',
  ],
  [
    'Matrices',
    'Inverse matrices',
    'The inverse of a matrix undoes its map. A matrix has an inverse when its determinant is not zero. The determinant tells by how much the map scales areas.',
  ],
] as const;

export const material: DraftMaterial = {
  topic: 'Linear algebra for graphics',
  skillLevel: 'beginner',
  learningStyle: 'mixed',
  weeklyMinutes: 300,
  language: 'en',
  documents: [{ index: 0, title: 'Lecture notes' }],
  sections: texts.map(([chapter, section], number) => ({
    document: 0,
    headings: [chapter, section],
    tokens: 4_000,
    passages: [number],
  })),
  passages: texts.map(([chapter, section, text], number) => ({
    number,
    text,
    page: number + 1,
    headings: [chapter, section],
  })),
};

export function draftOf(given: DraftMaterial = material): PlanDraft {
  return planMakers['plan-draft'].make(given) as PlanDraft;
}

export function planOf(draft: PlanDraft, frame: Partial<LearningPlan> = {}): LearningPlan {
  return assemblePlan({
    draft,
    cite: ({ passage, quote }) => ({ document: 0, page: passage + 1, chunkId: `chunk-${passage}`, quote }),
    frame: {
      topic: material.topic,
      skillLevel: 'beginner',
      learningStyle: 'mixed',
      weeklyMinutes: 300,
      start: '2026-03-02',
      language: 'en',
      method: 'outline',
      makers: [{ provider: 'offline', model: 'outline-1' }],
      remarks: [],
      documents: [{ index: 0, title: 'Lecture notes', format: 'pdf', pages: 4 }],
      dropped: { citations: 0 },
      ...frame,
    },
  });
}
