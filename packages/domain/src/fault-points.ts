/**
 * Places in the code where a crash is at its worst: between two writes that no transaction joins. Tests have a process die,
 * fail or hang exactly there. In production nothing is ever armed, and reaching a point costs one comparison.
 *
 * The one piece of module state on purpose: a parameter through every constructor would cost each of them more than it tells.
 */
export const faultPoints = {
  'upload.stored': 'the bytes of an upload are in the store, and no row names them yet',
  'submission.begun': 'a submission was checked, and nothing of it is written yet',
  'submission.recorded': 'a job is committed, and neither its client nor the dispatcher knows',
  'transaction.before-commit': 'a transaction of several statements is about to commit',
  'cancel.settled': 'a cancel is committed, and its flow is still in the queue',
  'dispatch.claimed': 'a job is admitted, and the queue does not have its flow',
  'dispatch.enqueued': 'the queue has the flow, and the record does not know',
  'reconcile.reopened': 'a lost flow was given back, and no dispatcher was told',
  'step.claimed': 'a step was claimed, and its handler has not begun',
  'step.succeeded': 'a success is committed, and the queue does not know',
  'step.expanded': 'more steps are committed, and the queue does not have them',
  'step.released': 'a failed attempt is committed, and the queue does not know',
  'step.failed': 'a final failure is committed, and the queue does not know',
  'step.abandoned': 'the queue has given a step up, and the record does not know',
  'ingest.stored':
    'the pictures of a photo, or the text of a document, are stored, and the stage is not saved',
  'stage.fetch': 'the fetch stage of an ingest is done, and its transition is not saved',
  'stage.inspect': 'the inspect stage of an ingest is done, and its transition is not saved',
  'stage.validate': 'the validate stage of an ingest is done, and its transition is not saved',
  'stage.extract': 'the extract stage of an ingest is done, and its transition is not saved',
  'stage.normalise': 'the normalise stage of an ingest is done, and its transition is not saved',
  'stage.chunk': 'the chunk stage of an ingest is done, and its transition is not saved',
  'stage.embed': 'the embed stage of an ingest is done, and its transition is not saved',
  'stage.store': 'the store stage of an ingest is done, and its transition is not saved',
  'generate.answered': 'the model has answered, and the picture is not stored',
  'generate.stored': 'the picture is stored, and the step has not succeeded',
  'pdf.stored': 'the document is stored, and the step has not succeeded',
  'store.write': 'bytes are about to be written to the local store',
} as const;

export type FaultPoint = keyof typeof faultPoints;
export type FaultStrike = (point: FaultPoint) => Promise<void>;

let strike: FaultStrike | undefined;

/** Has every point of this process call `next` from now on; `undefined` disarms them. Only for processes under test. */
export function armFaultPoints(next: FaultStrike | undefined): void {
  strike = next;
}

/** Await it where the point is. */
export function reach(point: FaultPoint): Promise<void> | undefined {
  return strike?.(point);
}
