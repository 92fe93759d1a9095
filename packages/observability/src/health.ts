import { type Clock, systemClock } from '@pressroom/domain';
import { withTimeout } from '@pressroom/runtime';
import { redactText } from './redact.ts';

export interface HealthComponent {
  readonly name: string;
  /** Throws when the component does not work; what it resolves with is shown as `detail`. */
  readonly check: (signal: AbortSignal) => Promise<unknown>;
  /** A process whose critical component fails is not ready; another one's failure is only reported. */
  readonly critical: boolean;
  /** 2,000 when absent. */
  readonly timeoutMs?: number | undefined;
}

export interface ComponentReport {
  readonly name: string;
  readonly state: 'up' | 'down';
  readonly critical: boolean;
  readonly latencyMs: number;
  readonly detail?: unknown;
  readonly error?: string;
}

export interface HealthReport {
  readonly state: 'up' | 'degraded' | 'down' | 'starting' | 'stopping';
  readonly checkedAt: string;
  readonly components: readonly ComponentReport[];
}

export interface Health {
  register(component: HealthComponent): void;
  /** `starting` until told otherwise; neither `starting` nor `stopping` is ready. */
  setPhase(phase: 'starting' | 'running' | 'stopping'): void;
  /** Something that only a restart mends: from now on the process is not alive. */
  markDead(reason: string): void;
  live(): { readonly alive: boolean; readonly reason?: string };
  ready(): Promise<{ readonly ready: boolean; readonly report: HealthReport }>;
  report(): Promise<HealthReport>;
}

export function createHealth({ clock = systemClock }: { readonly clock?: Clock } = {}): Health {
  const components = new Map<string, HealthComponent>();
  let phase: 'starting' | 'running' | 'stopping' = 'starting';
  let deathReason: string | undefined;
  let pending: Promise<HealthReport> | undefined;

  async function takeReport(): Promise<HealthReport> {
    const reports = await Promise.all([...components.values()].map((each) => checkComponent(each, clock)));
    return {
      state: phase === 'running' ? stateOf(reports) : phase,
      checkedAt: clock.now().toISOString(),
      components: reports,
    };
  }

  /** Many probes at once share one round of checks: health must not become load. */
  function report(): Promise<HealthReport> {
    pending ??= takeReport().finally(() => {
      pending = undefined;
    });
    return pending;
  }

  return {
    register(component) {
      if (components.has(component.name)) throw new Error(`There is a component ${component.name} already`);
      components.set(component.name, component);
    },
    setPhase(next) {
      phase = next;
    },
    markDead(reason) {
      deathReason ??= reason;
    },
    live: () => (deathReason === undefined ? { alive: true } : { alive: false, reason: deathReason }),
    async ready() {
      const current = await report();
      const fit = current.state === 'up' || current.state === 'degraded';
      return { ready: fit && deathReason === undefined, report: current };
    },
    report,
  };
}

function stateOf(reports: readonly ComponentReport[]): 'up' | 'degraded' | 'down' {
  const down = reports.filter((report) => report.state === 'down');
  if (down.some((report) => report.critical)) return 'down';
  return down.length > 0 ? 'degraded' : 'up';
}

async function checkComponent(component: HealthComponent, clock: Clock): Promise<ComponentReport> {
  const { name, critical, timeoutMs: ms = 2_000 } = component;
  const startedAt = clock.now().getTime();
  const latencyMs = () => clock.now().getTime() - startedAt;
  try {
    const error = () => new Error(`no answer within ${ms} ms`);
    const detail = await withTimeout(async (signal) => component.check(signal), { ms, what: name, error });
    return {
      name,
      state: 'up',
      critical,
      latencyMs: latencyMs(),
      ...(detail === undefined ? {} : { detail }),
    };
  } catch (error) {
    return { name, state: 'down', critical, latencyMs: latencyMs(), error: messageOf(error) };
  }
}

/** Health answers may be public: the message, without what looks like a secret, and no stack. */
function messageOf(error: unknown): string {
  const message = (error as { message?: unknown } | null | undefined)?.message;
  return redactText(typeof message === 'string' && message !== '' ? message : String(error)).slice(0, 500);
}
