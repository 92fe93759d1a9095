/** One allowed change of a status: the states it may start from, and the state it ends in. */
export interface Transition<State extends string> {
  readonly from: readonly State[];
  readonly to: State;
}

/** Every event of a machine with its one transition. The database applies it as a guarded update. */
export type TransitionTable<State extends string> = Readonly<Record<string, Transition<State>>>;

/** A state machine as data: docs, SQL guards and property tests are all derived from this one value. */
export interface Machine<State extends string, Table extends TransitionTable<State>> {
  readonly name: string;
  readonly initial: State;
  readonly states: readonly State[];
  /** Work has ended there; only a `retry` or `redo` leads out again. */
  readonly final: readonly State[];
  readonly transitions: Table;
}

export function defineMachine<State extends string, const Table extends TransitionTable<State>>(
  machine: Machine<State, Table>,
): Machine<State, Table> {
  return Object.freeze(machine);
}

/** The state after `event`, or undefined when the machine does not allow it from `state`. */
export function nextState<State extends string, Table extends TransitionTable<State>>(
  machine: Machine<State, Table>,
  state: State,
  event: keyof Table & string,
): State | undefined {
  const transition = machine.transitions[event];
  return transition?.from.includes(state) ? transition.to : undefined;
}

/** States that can be reached from the initial one by any sequence of events. */
export function reachableStates<State extends string, Table extends TransitionTable<State>>(
  machine: Machine<State, Table>,
): ReadonlySet<State> {
  const reached = new Set<State>([machine.initial]);
  const frontier: State[] = [machine.initial];
  for (let state = frontier.pop(); state !== undefined; state = frontier.pop()) {
    for (const transition of Object.values(machine.transitions)) {
      if (transition.from.includes(state) && !reached.has(transition.to)) {
        reached.add(transition.to);
        frontier.push(transition.to);
      }
    }
  }
  return reached;
}
