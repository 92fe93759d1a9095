import {
  type ChildStep,
  type HandlerName,
  type StepCatalog,
  type StepContext,
  silentLog,
} from '@pressroom/domain';

/** A context for calling a handler without queue and record: nothing that it reports is kept. */
export function directContext<Name extends HandlerName>(
  stepId: string,
  input: StepCatalog[Name]['input'],
  children: readonly ChildStep[] = [],
): StepContext<Name> {
  return {
    accountId: 'bench',
    jobId: 'bench',
    stepId,
    attempt: 1,
    input,
    children,
    signal: new AbortController().signal,
    log: silentLog,
    stage: undefined,
    reportProgress: () => Promise.resolve(),
    saveStage: () => Promise.resolve(),
    withMemory: (_bytes, work) => work(),
  };
}
