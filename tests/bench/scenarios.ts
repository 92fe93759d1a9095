import { flowLatency } from './flows/flow-latency.ts';
import { flowThroughput } from './flows/flow-throughput.ts';
import type { Scenario } from './scenario.ts';

export const scenarios: readonly Scenario[] = [flowThroughput, flowLatency];
