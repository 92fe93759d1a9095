import { backlog } from './dispatch/backlog.ts';
import { eta } from './dispatch/eta.ts';
import { chunks } from './documents/chunks.ts';
import { documentMemory } from './documents/document-memory.ts';
import { extraction } from './documents/extraction.ts';
import { flowLatency } from './flows/flow-latency.ts';
import { flowThroughput } from './flows/flow-throughput.ts';
import { bookOverhead } from './pictures/book-overhead.ts';
import { eventLoopDelay } from './pictures/event-loop-delay.ts';
import { largeBook } from './pictures/large-book.ts';
import { photoThroughput } from './pictures/photo-throughput.ts';
import type { Scenario } from './scenario.ts';

export const scenarios: readonly Scenario[] = [
  flowThroughput,
  flowLatency,
  backlog,
  eta,
  bookOverhead,
  photoThroughput,
  eventLoopDelay,
  largeBook,
  extraction,
  chunks,
  documentMemory,
];
