import { expect, test } from '@jest/globals';
import { budgetOf, memoryLimits } from '../src/memory-limits.ts';

const mebibyte = 1024 * 1024;

test.each([
  ['a container of 1 GiB', { containerBytes: 1024 * mebibyte, machineBytes: 65_536 * mebibyte }, 640],
  ['a container too small for any', { containerBytes: 128 * mebibyte, machineBytes: 65_536 * mebibyte }, 64],
  ['a machine without a limit', { containerBytes: undefined, machineBytes: 8_192 * mebibyte }, 2_048],
])('%s leaves its share to the work', (_, limits, mebibytes) => {
  expect(budgetOf(limits)).toBe(mebibytes * mebibyte);
});

test('no limit is not taken for one', () => {
  const { containerBytes = 1, machineBytes } = memoryLimits();
  expect(containerBytes).toBeGreaterThan(0);
  expect(containerBytes).toBeLessThan(machineBytes);
});
