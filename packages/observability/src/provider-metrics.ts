import { Counter, Histogram, type Registry } from 'prom-client';

interface ModelLabels {
  readonly provider: string;
  readonly model: string;
}

/** What this process has had to do with providers. */
export interface ProviderMetrics {
  callEnded(
    call: ModelLabels & {
      readonly outcome: 'succeeded' | 'failed' | 'aborted';
      readonly durationMs: number;
      readonly inputTokens: number;
      readonly outputTokens: number;
      readonly micros: number;
    },
  ): void;
  callSaved(call: ModelLabels): void;
  waited(wait: ModelLabels & { readonly reason: string }): void;
  degraded(call: ModelLabels & { readonly reason: string }): void;
  breakerMoved(move: ModelLabels & { readonly to: string }): void;
}

/** Label values are few: one or two models a process, and reasons from a fixed list. */
export function createProviderMetrics(registry: Registry): ProviderMetrics {
  const registers = [registry];
  const counter = (name: string, help: string, ...labels: readonly string[]) =>
    new Counter({ name, help, labelNames: ['provider', 'model', ...labels], registers });
  const duration = new Histogram({
    name: 'pressroom_provider_call_duration_seconds',
    help: 'How long calls of a provider took.',
    labelNames: ['provider', 'model', 'outcome'],
    buckets: [0.1, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300],
    registers,
  });
  const tokens = counter(
    'pressroom_provider_tokens_total',
    'Tokens that calls took, as the provider counted.',
    'direction',
  );
  const dollars = counter(
    'pressroom_provider_dollars_total',
    'US dollars that calls cost, by the prices of the settings; calls without a price are not in it.',
  );
  const saved = counter(
    'pressroom_provider_calls_saved_total',
    'Calls that were not made: the result was there.',
  );
  const waits = counter(
    'pressroom_provider_waits_total',
    'Times that a step was told to wait for the provider.',
    'reason',
  );
  const degraded = counter('pressroom_provider_degraded_total', 'Results that the fallback made.', 'reason');
  const moves = counter(
    'pressroom_provider_breaker_moves_total',
    'Moves of the breaker that a call of this process caused.',
    'to',
  );
  return {
    callEnded: ({ provider, model, outcome, durationMs, inputTokens, outputTokens, micros }) => {
      duration.observe({ provider, model, outcome }, durationMs / 1_000);
      tokens.inc({ provider, model, direction: 'input' }, inputTokens);
      tokens.inc({ provider, model, direction: 'output' }, outputTokens);
      dollars.inc({ provider, model }, micros / 1e6);
    },
    callSaved: ({ provider, model }) => saved.inc({ provider, model }),
    waited: ({ provider, model, reason }) => waits.inc({ provider, model, reason }),
    degraded: ({ provider, model, reason }) => degraded.inc({ provider, model, reason }),
    breakerMoved: ({ provider, model, to }) => moves.inc({ provider, model, to }),
  };
}
