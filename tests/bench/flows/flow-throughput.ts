import type { BenchContext, Measurement, Scenario } from '../scenario.ts';
import { median, throughput } from '../statistics.ts';
import { openBareFlows } from './bare-flows.ts';
import { type FlowBackend, flowBackends, flowSettings } from './flow-settings.ts';
import { openPressroomFlows } from './pressroom-flows.ts';

/** graphile-worker, which keeps a durable record as we do, reaches 0.24 of bare BullMQ on Redis. */
const aims = { redis: 0.3, postgres: 0.8 } as const;

export const flowThroughput: Scenario = {
  name: 'flows',
  about: 'three-step flows of steps that do nothing a second, against BullMQ alone on the same backend',
  run: async (context) => {
    const measurements: Measurement[] = [];
    for (const backend of flowBackends) measurements.push(await measure(backend, context));
    return measurements;
  },
};

async function measure(
  backend: FlowBackend,
  { servers, scope, quick, tell }: BenchContext,
): Promise<Measurement> {
  const ours = await openPressroomFlows(backend, servers, scope);
  const bare = await openBareFlows(backend, servers, scope);
  const flows = quick ? 40 : backend === 'redis' ? 1_000 : 400;
  const warmUp = quick ? 10 : 300;
  const pairs = quick ? 1 : 5;
  const { inFlight } = flowSettings;
  await throughput(warmUp, inFlight, ours.run);
  await throughput(warmUp, inFlight, bare.run);
  const processorMs = { ours: [] as number[], bare: [] as number[] };
  const rates = { ours: [] as number[], bare: [] as number[] };
  for (let pair = 0; pair < pairs; pair += 1) {
    // By turns first: whatever drifts hits both.
    for (const side of pair % 2 === 0 ? (['bare', 'ours'] as const) : (['ours', 'bare'] as const)) {
      const before = process.cpuUsage();
      rates[side].push(await throughput(flows, inFlight, (side === 'ours' ? ours : bare).run));
      const { user, system } = process.cpuUsage(before);
      processorMs[side].push((user + system) / 1_000 / flows);
    }
    tell(`${backend}: ${rates.ours.at(-1)?.toFixed(0)} flows/s, bare ${rates.bare.at(-1)?.toFixed(0)}`);
  }
  await ours.verify(warmUp + pairs * flows);
  await bare.verify(warmUp + pairs * flows);
  return {
    name: `flows on ${backend}`,
    unit: 'flows/s',
    ours: median(rates.ours),
    limit: median(rates.bare),
    compared: median(rates.ours.map((rate, pair) => rate / (rates.bare[pair] ?? Number.NaN))),
    aim: { comparison: 'ratio', atLeast: aims[backend] },
    facts: {
      pairs,
      flowsEach: flows,
      inFlight,
      concurrency: flowSettings.concurrency,
      oursEach: rates.ours,
      limitEach: rates.bare,
      // Of this process alone, and steadier than rates where others use the machine.
      oursProcessorMsPerFlow: median(processorMs.ours),
      limitProcessorMsPerFlow: median(processorMs.bare),
    },
  };
}
