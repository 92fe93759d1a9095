import { totalmem } from 'node:os';

export interface MemoryLimits {
  /** Of the control group that the process is in (version 1 or 2); absent when there is none. */
  readonly containerBytes: number | undefined;
  readonly machineBytes: number;
}

const mebibyte = 1024 * 1024;
/** Node, its heap and the libraries: a worker of any type that is idle and warm. */
const ownBytes = 128 * mebibyte;
const leastBytes = 64 * mebibyte;

/** Without a limit Node answers with a number beyond all memory, or with 0. */
export function memoryLimits(): MemoryLimits {
  const machineBytes = totalmem();
  const constrained = process.constrainedMemory();
  const isLimit = constrained > 0 && constrained < machineBytes;
  return { containerBytes: isLimit ? constrained : undefined, machineBytes };
}

/**
 * How much memory the work of a process may take. A container's limit kills, so a quarter of it stays free for what an estimate
 * misses; a machine without one is shared with the other workers, the database and whoever else is on it.
 */
export function budgetOf({ containerBytes, machineBytes }: MemoryLimits): number {
  const bytes = containerBytes === undefined ? machineBytes / 4 : containerBytes * 0.75 - ownBytes;
  return Math.max(leastBytes, Math.floor(bytes));
}
