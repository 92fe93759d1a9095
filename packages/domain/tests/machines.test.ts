import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  ingestMachine,
  ingestRoutes,
  isSettled,
  jobMachine,
  type Machine,
  nextIngestStage,
  nextState,
  reachableStates,
  stepMachine,
  type TransitionTable,
} from '../src/index.ts';

type AnyMachine = Machine<string, TransitionTable<string>>;

/** Written by hand from the design, so that a slip in a machine's own table cannot hide in a test derived from it. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  job: [
    'queued --admit--> running',
    'running --succeed--> succeeded',
    'queued --fail--> failed',
    'running --fail--> failed',
    'queued --cancel--> cancelled',
    'running --cancel--> cancelled',
    'succeeded --retry--> queued',
    'failed --retry--> queued',
    'cancelled --retry--> queued',
  ],
  step: [
    'pending --claim--> running',
    'running --claim--> running',
    'running --release--> pending',
    'running --expand--> pending',
    'running --succeed--> succeeded',
    'pending --fail--> failed',
    'running --fail--> failed',
    'pending --skip--> skipped',
    'pending --cancel--> cancelled',
    'running --cancel--> cancelled',
    'failed --retry--> pending',
    'skipped --retry--> pending',
    'cancelled --retry--> pending',
    'running --redo--> pending',
    'succeeded --redo--> pending',
  ],
  ingest: [
    'received --fetch--> fetched',
    'fetched --inspect--> inspected',
    'inspected --validate--> validated',
    'validated --extract--> extracted',
    'extracted --normalise--> normalised',
    'normalised --chunk--> chunked',
    'chunked --embed--> embedded',
    'validated --store--> stored',
    'normalised --store--> stored',
    'embedded --store--> stored',
  ],
};

/** What leads out of a final state again, on purpose, and back to the beginning. */
const reopening: ReadonlySet<string> = new Set(['retry', 'redo']);

const machines: readonly AnyMachine[] = [jobMachine, stepMachine, ingestMachine];

describe.each(machines)('the $name machine', (machine) => {
  const events = Object.keys(machine.transitions);

  test('allows exactly the written moves, over the full grid of states and events', () => {
    const moves = machine.states.flatMap((state) =>
      events.flatMap((event) => {
        const next = nextState(machine, state, event);
        return next === undefined ? [] : [`${state} --${event}--> ${next}`];
      }),
    );
    expect([...moves].sort()).toEqual([...(allowed[machine.name] ?? [])].sort());
  });

  test('names only its own states, each once', () => {
    expect(new Set(machine.states).size).toBe(machine.states.length);
    const named = Object.values(machine.transitions).flatMap(({ from, to }) => [...from, to]);
    for (const state of [machine.initial, ...machine.final, ...named])
      expect(machine.states).toContain(state);
    for (const { from } of Object.values(machine.transitions)) expect(new Set(from).size).toBe(from.length);
  });

  test('has no state that cannot be reached', () => {
    expect([...reachableStates(machine)].sort()).toEqual([...machine.states].sort());
  });

  test('ends in its final states and nowhere else', () => {
    const working = Object.entries(machine.transitions).filter(([event]) => !reopening.has(event));
    const left = new Set(working.flatMap(([, { from }]) => from));
    expect(machine.states.filter((state) => !left.has(state)).sort()).toEqual([...machine.final].sort());
  });

  test('can reach a final state from every state', () => {
    for (const state of machine.states) {
      const reached = reachableStates({ ...machine, initial: state });
      expect(machine.final.some((final) => reached.has(final))).toBe(true);
    }
  });

  test('refuses an event that it does not have, and a state that it does not know', () => {
    for (const state of machine.states) expect(nextState(machine, state, 'explode')).toBeUndefined();
    for (const event of events) expect(nextState(machine, 'nowhere', event)).toBeUndefined();
  });

  test('stays within its table under any sequence of events, and leaves a final state only for the beginning, by a retry', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...events), { maxLength: 40 }), (sequence) => {
        let state = machine.initial;
        for (const event of sequence) {
          const next = nextState(machine, state, event);
          const move = `${state} --${event}-->`;
          expect(next !== undefined).toBe(
            (allowed[machine.name] ?? []).some((edge) => edge.startsWith(move)),
          );
          if (machine.final.includes(state) && next !== undefined)
            expect([reopening.has(event), next]).toEqual([true, machine.initial]);
          state = next ?? state;
          expect(machine.states).toContain(state);
        }
      }),
    );
  });

  test('cannot be changed while it runs', () => {
    expect(() => Object.assign(machine, { initial: 'elsewhere' })).toThrow();
  });
});

test('a job is settled exactly in its final states', () => {
  expect(jobMachine.states.filter(isSettled)).toEqual(['succeeded', 'failed', 'cancelled']);
});

describe.each(['image', 'document'] as const)('the ingest route of %s', (route) => {
  test('walks the edges of the table from received to stored, in its own order', () => {
    const walked: string[] = [];
    let state: (typeof ingestMachine.states)[number] = ingestMachine.initial;
    for (let stage = nextIngestStage(state, route); stage; stage = nextIngestStage(state, route)) {
      const next = nextState(ingestMachine, state, stage);
      if (next === undefined) throw new Error(`${state} --${stage}--> is no edge`);
      walked.push(stage);
      state = next;
    }
    expect(state).toBe('stored');
    expect(walked).toEqual([...ingestRoutes[route]]);
  });
});

test('a picture is neither chunked nor embedded, also when it is resumed at any of its states', () => {
  for (const state of ['received', 'fetched', 'inspected', 'validated', 'extracted', 'normalised'] as const)
    expect(['chunk', 'embed']).not.toContain(nextIngestStage(state, 'image'));
  expect(nextIngestStage('normalised', 'image')).toBe('store');
  expect(nextIngestStage('normalised', 'document')).toBe('chunk');
});
