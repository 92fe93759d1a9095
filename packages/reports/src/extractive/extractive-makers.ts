import type { OfflineMaker } from '@pressroom/domain';
import type { AnswerMaterial, MapMaterial, ReduceMaterial } from '../report-tasks.ts';
import { extractAnswer } from './extract-answer.ts';
import { extractMap } from './extract-map.ts';
import { extractReduce } from './extract-reduce.ts';

/** Changed when the same documents give another report. */
export const extractiveModel = 'lexrank-2';

/** The tasks of a report as the offline provider does them: with the sentences of the documents, and no model. */
export const extractiveMakers = {
  // The material of a task is what the function of its name in `report-tasks.ts` was given.
  'report-map': extractive((material) => extractMap(material as MapMaterial)),
  'report-reduce': extractive((material) => extractReduce(material as ReduceMaterial)),
  'report-answer': extractive((material) => extractAnswer(material as AnswerMaterial)),
} as const satisfies Readonly<Record<string, OfflineMaker>>;

function extractive(make: OfflineMaker['make']): OfflineMaker {
  return { model: extractiveModel, make };
}
