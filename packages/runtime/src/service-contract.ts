import { deepStrictEqual, rejects, strictEqual } from 'node:assert/strict';
import type { Service } from './service.ts';

/** A service under test, with a look at whether it runs. */
export interface ServiceUnderTest {
  readonly service: Service;
  /** True between a start that succeeded and the stop: a port that answers, a timer that is set. */
  readonly running: () => Promise<boolean> | boolean;
}

export interface ContractCase {
  readonly name: string;
  readonly run: () => Promise<void>;
}

/** What every service must do, for any test runner: `for (const each of serviceContract(make)) test(each.name, each.run)`. */
export function serviceContract(
  make: () => Promise<ServiceUnderTest> | ServiceUnderTest,
): readonly ContractCase[] {
  const cases: Record<string, (subject: ServiceUnderTest) => Promise<void>> = {
    'runs between start and stop': async ({ service, running }) => {
      strictEqual(await running(), false);
      await service.start();
      strictEqual(await running(), true);
      await service.stop();
      strictEqual(await running(), false);
    },
    'shares one start between callers': async ({ service, running }) => {
      deepStrictEqual(await Promise.all([service.start(), service.start()]), [undefined, undefined]);
      await service.start();
      strictEqual(await running(), true);
    },
    'shares one stop between callers': async ({ service, running }) => {
      await service.start();
      await Promise.all([service.stop('once'), service.stop('twice')]);
      await service.stop('thrice');
      strictEqual(await running(), false);
    },
    'does not run after a stop during its start': async ({ service, running }) => {
      const starting = service.start().catch(() => {});
      await service.stop('during start');
      await starting;
      strictEqual(await running(), false);
    },
    'stops without having been started, and stays stopped': async ({ service, running }) => {
      await service.stop();
      await rejects(service.start());
      strictEqual(await running(), false);
    },
    'refuses a second life': async ({ service, running }) => {
      await service.start();
      await service.stop();
      await rejects(service.start());
      strictEqual(await running(), false);
    },
  };
  return Object.entries(cases).map(([name, run]) => ({
    name,
    run: async () => {
      const subject = await make();
      try {
        await run(subject);
      } finally {
        await subject.service.stop('the case is over');
      }
    },
  }));
}
