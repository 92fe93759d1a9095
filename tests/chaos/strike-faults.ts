import { setTimeout as pause } from 'node:timers/promises';
import type { StandInBehaviour } from '@pressroom/ai/gemini-stand-in';
import type { FaultMode } from '@pressroom/testing';
import type { ChaosStand } from './chaos-stand.ts';
import { loseQueue } from './lose-queue.ts';
import { describeFault, type Fault, type ProviderFault } from './run-plan.ts';

/** A fault as it really struck, by `performance.now()`. */
export interface StruckFault {
  readonly fault: Fault;
  readonly from: number;
  readonly until: number;
}

/** Strikes as planned; resolves when the last fault is over. `tell` hears of each, with the time since the begin. */
export async function strikeFaults(
  stand: ChaosStand,
  faults: readonly Fault[],
  tell: (line: string) => void,
): Promise<readonly StruckFault[]> {
  const begun = performance.now();
  // One at a time for each server: what restarts must not be restarted or emptied meanwhile.
  let servers: Promise<void> = Promise.resolve();
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    servers = servers.then(work);
    return servers;
  };
  return await Promise.all(
    faults.map(async (fault) => {
      await pause(fault.atMs);
      tell(`${Math.round(performance.now() - begun)} ms, ${describeFault(fault)}`);
      const from = performance.now();
      await strike(stand, fault, inTurn);
      const until = performance.now();
      tell(`${Math.round(performance.now() - begun)} ms, over: ${describeFault(fault)}`);
      return { fault, from, until };
    }),
  );
}

async function strike(
  stand: ChaosStand,
  fault: Fault,
  inTurn: (work: () => Promise<void>) => Promise<void>,
): Promise<void> {
  const { system, gemini, redis } = stand;
  const victim = 'process' in fault ? system.processes.find(({ name }) => name === fault.process) : undefined;
  switch (fault.kind) {
    case 'kill':
      victim?.process.kill('SIGKILL');
      return;
    case 'pause': {
      const paused = victim?.process;
      paused?.kill('SIGSTOP');
      await pause(fault.forMs);
      paused?.kill('SIGCONT');
      return;
    }
    case 'restart-postgres':
      return await inTurn(() => stand.restartPostgres(fault.forMs));
    case 'restart-redis':
      return await inTurn(async () => {
        await redis?.kill('SIGKILL');
        await pause(fault.forMs);
        await redis?.restart();
      });
    case 'lose-queue':
      return await inTurn(() => loseQueue({ databaseUrl: stand.databaseUrl, redisUrl: redis?.url }));
    case 'link': {
      const proxy = stand.proxy(fault.link, fault.replica);
      await proxy.setMode(modes[fault.mode]);
      await pause(fault.forMs);
      await proxy.setMode('pass');
      return;
    }
    case 'provider':
      gemini.otherwise(behaviours[fault.behaviour]);
      await pause(fault.forMs);
      gemini.otherwise({ kind: 'picture' });
      return;
    case 'disk-full':
      await system.armAlways('store.write', 'no-space');
      await pause(fault.forMs);
      await system.disarm();
      return;
  }
}

const modes: Readonly<Record<(Fault & { kind: 'link' })['mode'], FaultMode>> = {
  'half-open': 'half-open',
  cut: 'cut',
  refuse: 'refuse',
  slow: { bytesPerSecond: 50_000 },
};

const behaviours: Readonly<Record<ProviderFault, StandInBehaviour>> = {
  throttle: { kind: 'throttle', retryDelay: '1s' },
  status: { kind: 'status', status: 500 },
  hang: { kind: 'hang' },
  'truncated-json': { kind: 'truncated-json' },
  'malformed-base64': { kind: 'malformed-base64' },
};
