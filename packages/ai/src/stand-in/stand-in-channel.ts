import type { ServerResponse } from 'node:http';
import { createCounter } from './counter.ts';

/** One call as it came over the wire. */
export interface StandInCall<Body> {
  readonly model: string;
  readonly body: Body;
  /** The path before `/v1beta`, without its slash: tells callers apart that were given different addresses. */
  readonly via: string;
  /** By `performance.now()`. */
  readonly arrivedAt: number;
  /** True once what was asked for was sent as a whole: whether it arrived is another matter. */
  readonly answered: boolean;
}

/** Calls of one sort, and what they are answered with. */
export interface StandInChannel<Behaviour, Body> {
  /** Calls that were understood, in order. */
  readonly calls: readonly StandInCall<Body>[];
  /** The next answers, in order, for calls that no `when` is for. When none is left: the proper one. */
  enqueue(...behaviours: readonly Behaviour[]): void;
  /** The next answers to calls that match, in order: for callers that come in no certain order. */
  when(matches: (body: Body) => boolean, ...behaviours: readonly Behaviour[]): void;
  /** What every answer is that was not asked for otherwise. */
  otherwise(behaviour: Behaviour): void;
  /** Resolves when the `count`th call has come in: what tests wait for instead of time. */
  called(count: number): Promise<void>;
}

export interface OpenChannel<Behaviour, Body> extends StandInChannel<Behaviour, Body> {
  /** Takes a call down, and says what to do with it. */
  take(call: Pick<StandInCall<Body>, 'model' | 'body' | 'via'>, response: ServerResponse): Behaviour;
}

export function createChannel<Behaviour extends { readonly kind: string }, Body>(
  proper: Behaviour,
): OpenChannel<Behaviour, Body> {
  const calls: StandInCall<Body>[] = [];
  const script: Behaviour[] = [];
  const rules: { readonly matches: (body: Body) => boolean; readonly behaviours: Behaviour[] }[] = [];
  const counter = createCounter();
  let rest = proper;
  return {
    calls,
    enqueue: (...behaviours) => {
      script.push(...behaviours);
    },
    when: (matches, ...behaviours) => {
      rules.push({ matches, behaviours: [...behaviours] });
    },
    otherwise: (behaviour) => {
      rest = behaviour;
    },
    called: counter.reaches,
    take: ({ model, body, via }, response) => {
      const rule = rules.find(({ matches, behaviours }) => behaviours.length > 0 && matches(body));
      const behaviour = rule?.behaviours.shift() ?? script.shift() ?? rest;
      const call = { model, body, via, arrivedAt: performance.now(), answered: false };
      calls.push(call);
      response.on('finish', () => {
        call.answered = behaviour.kind === proper.kind;
      });
      counter.increase();
      return behaviour;
    },
  };
}
