import { breakerStates, type ProviderState } from '@pressroom/domain';
import { withTimeout } from '@pressroom/runtime';
import { Counter, Gauge, type Registry } from 'prom-client';

type ReadProviders = () => Promise<readonly ProviderState[]>;

const readTimeoutMs = 2_000;

/** What all workers share about providers, read when somebody scrapes: the same in every process. Without an answer there are no values. */
export function createProviderGauges(registry: Registry): (read: ReadProviders) => void {
  const readers: ReadProviders[] = [];
  const registers = [registry];
  const errors = new Counter({
    name: 'pressroom_provider_read_errors_total',
    help: 'Scrapes for which the state of the providers could not be read.',
    registers,
  });
  let pending: Promise<readonly ProviderState[]> | undefined;

  /** All gauges of one scrape share one reading. */
  function readAll(): Promise<readonly ProviderState[]> {
    pending ??= Promise.all(
      readers.map((read) => withTimeout(read, { ms: readTimeoutMs, what: 'reading the providers' })),
    )
      .then((answers) => answers.flat())
      .catch(() => {
        errors.inc();
        return [];
      })
      .finally(() => {
        pending = undefined;
      });
    return pending;
  }

  function gauge(name: string, help: string, value: (state: ProviderState) => number): void {
    new Gauge({
      name,
      help,
      labelNames: ['provider', 'model'],
      registers,
      async collect() {
        const states = await readAll();
        this.reset();
        for (const state of states) this.set({ provider: state.provider, model: state.model }, value(state));
      },
    });
  }

  gauge('pressroom_provider_calls_running', 'Calls under way.', (state) => state.callsRunning);
  gauge(
    'pressroom_provider_requests_last_minute',
    'Calls of the last 60 seconds.',
    (state) => state.requestsLastMinute,
  );
  gauge(
    'pressroom_provider_tokens_last_minute',
    'Tokens of the calls of the last 60 seconds.',
    (state) => state.tokensLastMinute,
  );
  gauge('pressroom_provider_waiting_steps', 'Steps that wait for the budget.', (state) => state.waiting);
  new Gauge({
    name: 'pressroom_provider_breaker',
    help: '1 for the state that the breaker is in.',
    labelNames: ['provider', 'model', 'state'],
    registers,
    async collect() {
      const states = await readAll();
      this.reset();
      for (const { provider, model, breaker } of states) {
        for (const state of breakerStates) this.set({ provider, model, state }, state === breaker ? 1 : 0);
      }
    },
  });
  return (read) => void readers.push(read);
}
