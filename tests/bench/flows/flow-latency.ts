import type { BenchContext, Measurement, Scenario } from '../scenario.ts';
import { median, percentile, timed } from '../statistics.ts';
import { openBareFlows } from './bare-flows.ts';
import { type FlowBackend, flowBackends } from './flow-settings.ts';
import { openPressroomFlows } from './pressroom-flows.ts';

export const flowLatency: Scenario = {
  name: 'idle-flow',
  about: 'submit to settled of one three-step flow on an idle system, against BullMQ alone',
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
  const times = { ours: [] as number[], bare: [] as number[] };
  const warmUp = quick ? 3 : 50;
  const count = quick ? 5 : 100;
  for (let index = 0; index < warmUp + count; index += 1) {
    const [oursMs, bareMs] = [await timed(() => ours.run(index)), await timed(() => bare.run(index))];
    if (index < warmUp) continue;
    times.ours.push(oursMs);
    times.bare.push(bareMs);
  }
  tell(`${backend}: ${median(times.ours).toFixed(1)} ms, bare ${median(times.bare).toFixed(1)} ms`);
  return {
    name: `idle flow on ${backend}, p50`,
    unit: 'ms',
    ours: median(times.ours),
    limit: median(times.bare),
    compared: median(times.ours.map((ms, index) => ms - (times.bare[index] ?? Number.NaN))),
    aim: { comparison: 'difference', atMost: 40 },
    facts: { flows: count, oursP95: percentile(times.ours, 0.95), limitP95: percentile(times.bare, 0.95) },
  };
}
