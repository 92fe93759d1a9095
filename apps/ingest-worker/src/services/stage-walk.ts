import {
  type Clock,
  type HandlerName,
  type IngestRoute,
  type IngestStage,
  type IngestState,
  ingestMachine,
  ingestStates,
  isPressroomError,
  nextIngestStage,
  PressroomError,
  reach,
  type StageRecord,
  type StepContext,
  toPressroomError,
} from '@pressroom/domain';
import { OrderedSaves } from './ordered-saves.ts';

/** Where a walk stands: the last finished state, and what the finished stages found out. */
export interface Progress<Data> {
  readonly state: IngestState;
  readonly data: Data;
}

/** Does one stage and gives back what it adds to the data, which is saved after it: plain JSON, and small. */
export type StageWork<Run, Data> = (run: Run, data: Data) => Promise<Partial<Data>>;

export interface StageWalkOptions<Name extends HandlerName, Run, Data extends object> {
  readonly context: Pick<StepContext<Name>, 'signal' | 'stage' | 'saveStage' | 'log'>;
  readonly clock: Clock;
  readonly run: Run;
  readonly stages: { readonly [Stage in IngestStage]?: StageWork<Run, Data> };
  /** By what is known so far: a later stage's skip edge may depend on what an earlier one found. */
  readonly routeOf: (data: Data) => IngestRoute;
  /** For messages, with the number that people count: `Photo 3`. */
  readonly item: { readonly name: string; readonly number: number };
}

/**
 * Walks the ingest machine over one input, saving each transition while the next stage is at work. A re-run goes on at the
 * first stage whose transition was not saved; every stage gives the same when it is run again.
 * Errors thrown are named in the files of the stages, with the input's number put before the message.
 */
export class StageWalk<Name extends HandlerName, Run, Data extends object> {
  readonly #options: StageWalkOptions<Name, Run, Data>;
  readonly #saves = new OrderedSaves();

  constructor(options: StageWalkOptions<Name, Run, Data>) {
    this.#options = options;
  }

  /** Where an earlier attempt has come to. */
  get begin(): Progress<Data> {
    const { stage } = this.#options.context;
    const state = ingestStates.find((known) => known === stage?.state);
    if (stage === undefined || state === undefined) return { state: ingestMachine.initial, data: {} as Data };
    return { state, data: stage.data as Data };
  }

  /** The stage that comes next, or undefined at the end. */
  next({ state, data }: Progress<Data>): IngestStage | undefined {
    return nextIngestStage(state, this.#options.routeOf(data));
  }

  /** Goes on until a stage is not wanted or none is left. */
  async walk(from: Progress<Data>, isWanted: (stage: IngestStage) => boolean): Promise<Progress<Data>> {
    let progress = from;
    for (;;) {
      const stage = this.next(progress);
      if (stage === undefined || !isWanted(stage)) return progress;
      progress = await this.#runStage(stage, progress);
    }
  }

  /** Every transition is saved; throws what the first failed save threw. */
  async settled(): Promise<void> {
    await this.#saves.settled();
  }

  /** What is still being saved belongs to this attempt, whatever has become of it. Never rejects. */
  async ended(): Promise<void> {
    await this.#saves.ended();
  }

  async #runStage(stage: IngestStage, before: Progress<Data>): Promise<Progress<Data>> {
    const { stages, context, clock, run, item } = this.#options;
    const work = stages[stage];
    if (work === undefined) throw new TypeError(`The ingest stage '${stage}' does not exist for this input`);
    const startedAt = clock.now();
    const timing = () => ({ stage, startedAt, durationMs: clock.now().getTime() - startedAt.getTime() });
    let added: Partial<Data>;
    try {
      context.signal.throwIfAborted();
      this.#saves.throwIfFailed();
      added = await work(run, before.data);
    } catch (error) {
      // A stop is not a failure of the stage; and nothing may hide why it stopped.
      context.signal.throwIfAborted();
      await this.#saves.settled();
      const failure = toPressroomError(error);
      await context
        .saveStage(asRecord(before), { ...timing(), errorCode: failure.code })
        .catch((cause: unknown) => context.log.warn({ err: cause, stage }, 'could not save a failed stage'));
      throw withItemNumber(failure, item);
    }
    const after: Progress<Data> = {
      state: ingestMachine.transitions[stage].to,
      data: { ...before.data, ...added },
    };
    const saved = timing();
    this.#saves.add(async () => {
      // Here, and not where the stage ends: the transitions before it are saved by now.
      await reach(`stage.${stage}`);
      await context.saveStage(asRecord(after), saved);
    });
    return after;
  }
}

function asRecord<Data extends object>({ state, data }: Progress<Data>): StageRecord {
  return { state, data: { ...data } as StageRecord['data'] };
}

/** Inputs are counted from 1 for people. Our own faults keep their message: they are not about this input. */
function withItemNumber(
  error: PressroomError,
  item: { readonly name: string; readonly number: number },
): PressroomError {
  if (!isPressroomError(error) || error.definition.retryability !== 'permanent') return error;
  return new PressroomError(error.code, `${item.name} ${item.number}: ${error.message}`, {
    facts: { ...error.facts, [item.name.toLowerCase()]: item.number },
    cause: error,
  });
}
