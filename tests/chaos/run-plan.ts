/** What happens in one run, as data: a pure function of the seed, so that a failing seed can be replayed. */
import { type SeededRandom, seededRandom } from '@pressroom/testing';

export const backends = ['redis', 'postgres'] as const;
export type BackendName = (typeof backends)[number];

export const replicas = 2;
export const links = ['postgres', 'redis', 'gemini', 'client'] as const;
export type Link = (typeof links)[number];
export const linkModes = ['half-open', 'cut', 'refuse', 'slow'] as const;

export type Fault = { readonly atMs: number } & (
  | { readonly kind: 'kill'; readonly process: string }
  | { readonly kind: 'pause'; readonly process: string; readonly forMs: number }
  | { readonly kind: 'restart-postgres'; readonly forMs: number }
  | { readonly kind: 'restart-redis'; readonly forMs: number }
  | { readonly kind: 'lose-queue' }
  | {
      readonly kind: 'link';
      readonly link: Link;
      readonly replica: number;
      readonly mode: (typeof linkModes)[number];
      readonly forMs: number;
    }
  | { readonly kind: 'provider'; readonly behaviour: ProviderFault; readonly forMs: number }
  | { readonly kind: 'disk-full'; readonly forMs: number }
);
export type FaultKind = Fault['kind'];

export const providerFaults = ['throttle', 'status', 'hang', 'truncated-json', 'malformed-base64'] as const;
export type ProviderFault = (typeof providerFaults)[number];

export interface PlannedJob {
  readonly account: number;
  readonly atMs: number;
  /** Indexes of drawn photos; -1 is one that is cut off in the middle. */
  readonly photos: readonly number[];
  readonly onItemFailure: 'fail' | 'skip';
  /** After its acceptance. */
  readonly cancelAfterMs?: number;
  readonly delayMs?: number;
  /** After its submission. */
  readonly deadlineMs?: number;
  /** Its request is sent to two APIs at once, with one idempotency key. */
  readonly sentTwice: boolean;
  /** What is done once it has failed. */
  readonly afterFailure: 'nothing' | 'retry' | 'replay';
}

export interface RunPlan {
  readonly seed: number;
  readonly backend: BackendName;
  readonly accounts: number;
  readonly jobs: readonly PlannedJob[];
  /** By time. */
  readonly faults: readonly Fault[];
}

/** Faults begin within this time; then everything is healed. */
export const faultWindowMs = 7_000;
const submissionWindowMs = 5_000;
export const drawnPhotos = 8;

export function planRun(seed: number, backend: BackendName, processes: readonly string[]): RunPlan {
  const random = seededRandom(seed);
  const accounts = 3;
  const jobs = Array.from({ length: random.between(5, 9) }, () => planJob(random, accounts));
  const faults = Array.from({ length: random.between(3, 7) }, () => planFault(random, backend, processes));
  const byTime = (a: { atMs: number }, b: { atMs: number }): number => a.atMs - b.atMs;
  return { seed, backend, accounts, jobs: jobs.sort(byTime), faults: faults.sort(byTime) };
}

function planJob(random: SeededRandom, accounts: number): PlannedJob {
  const first = random.between(0, drawnPhotos - 1);
  const photos = Array.from({ length: random.between(1, 5) }, (_, index) => (first + index) % drawnPhotos);
  if (random.chance(0.2)) photos[random.between(0, photos.length - 1)] = -1;
  return {
    account: random.between(0, accounts - 1),
    atMs: random.between(0, submissionWindowMs),
    photos,
    onItemFailure: random.pick(['fail', 'skip']),
    ...(random.chance(0.2) ? { cancelAfterMs: random.between(0, 2_000) } : {}),
    ...(random.chance(0.15) ? { delayMs: random.between(500, 4_000) } : {}),
    ...(random.chance(0.1) ? { deadlineMs: random.between(1_000, 8_000) } : {}),
    sentTwice: random.chance(0.25),
    afterFailure: random.pick(['nothing', 'retry', 'replay']),
  };
}

function planFault(random: SeededRandom, backend: BackendName, processes: readonly string[]): Fault {
  const atMs = random.between(200, faultWindowMs);
  const kinds: readonly FaultKind[] = [
    'kill',
    'kill',
    'kill',
    'pause',
    'pause',
    'restart-postgres',
    ...(backend === 'redis' ? (['restart-redis'] as const) : []),
    'lose-queue',
    'link',
    'link',
    'provider',
    'provider',
    'disk-full',
  ];
  const kind = random.pick(kinds);
  const forMs = random.between(300, 3_500);
  switch (kind) {
    case 'kill':
      return { kind, atMs, process: random.pick(processes) };
    case 'pause':
      return { kind, atMs, forMs, process: random.pick(processes) };
    case 'restart-postgres':
    case 'restart-redis':
      return { kind, atMs, forMs: random.between(0, 1_500) };
    case 'lose-queue':
      return { kind, atMs };
    case 'link':
      return {
        kind,
        atMs,
        forMs,
        link: random.pick(links.filter((link) => link !== 'redis' || backend === 'redis')),
        replica: random.between(0, replicas - 1),
        mode: random.pick(linkModes),
      };
    case 'provider':
      return { kind, atMs, forMs, behaviour: random.pick(providerFaults) };
    case 'disk-full':
      return { kind, atMs, forMs };
  }
}

/** One line for people: `1840 ms: kill generate-worker-1`. */
export function describeFault(fault: Fault): string {
  const { atMs, kind, ...facts } = fault;
  return [`${atMs} ms: ${kind}`, ...Object.entries(facts).map(([name, value]) => `${name}=${value}`)].join(
    ' ',
  );
}
