import type { AnswerMaterial, MapMaterial, ReduceMaterial } from '../report-tasks.ts';
import { extractAnswer } from './extract-answer.ts';
import { extractMap } from './extract-map.ts';
import { extractReduce } from './extract-reduce.ts';

/** Changed when the same documents give another report. */
export const extractiveModel = 'lexrank-2';

/** The tasks of a report as the offline provider does them: with the sentences of the documents, and no model. */
export const extractiveMakers: Readonly<Record<string, (material: unknown) => unknown>> = {
  // The material of a task is what the function of its name in `report-tasks.ts` was given.
  'report-map': (material) => extractMap(material as MapMaterial),
  'report-reduce': (material) => extractReduce(material as ReduceMaterial),
  'report-answer': (material) => extractAnswer(material as AnswerMaterial),
};
