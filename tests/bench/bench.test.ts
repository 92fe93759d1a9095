import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { repositoryRoot, startProcess } from '@pressroom/testing';
import { renderTable } from './report.ts';
import { comparedFigure, isMet, type Measurement } from './scenario.ts';

const bench = (...args: string[]) =>
  startProcess({
    command: process.execPath,
    args: [join(repositoryRoot(), 'tests/dist/bench/main.js'), ...args],
  });

test('a scenario ends with a table and one JSON document, each figure beside its limit', async () => {
  const run = await bench('idle-flow', '--quick');
  expect(await run.exited).toMatchObject({ code: 0 });
  expect(run.stdout).toMatch(/^name +ours +limit +compared +aim +met\?$/m);
  const document = JSON.parse(run.stdout.slice(run.stdout.indexOf('\n{'))) as {
    quick: boolean;
    machine: { cores: number; node: string };
    measurements: (Measurement & { met: boolean })[];
  };
  expect(document).toMatchObject({ quick: true, machine: { node: process.version } });
  expect(document.measurements.map(({ name, unit }) => [name, unit])).toEqual([
    ['idle flow on redis, p50', 'ms'],
    ['idle flow on postgres, p50', 'ms'],
  ]);
  for (const { ours, limit, compared, met } of document.measurements) {
    for (const figure of [ours, limit, compared]) expect(Number.isFinite(figure)).toBe(true);
    expect(typeof met).toBe('boolean');
  }
}, 120_000);

test('a scenario that does not exist is refused with the names of those that do', async () => {
  const run = await bench('flow');
  expect(await run.exited).toMatchObject({ code: 2 });
  expect(run.stderr).toMatch(/no scenario flow.*flows.*large-book/s);
});

describe('an aim is held against', () => {
  const figures = { name: 'x', unit: 'ms', ours: 30, limit: 40 };
  test.each([
    ['the ratio', { ...figures, aim: { comparison: 'ratio', atLeast: 0.8 } }, 0.75, false],
    ['the difference', { ...figures, aim: { comparison: 'difference', atMost: -10 } }, -10, true],
    ['the figure itself', { ...figures, aim: { comparison: 'value', atMost: 29 } }, 30, false],
    [
      'the median of the pairs',
      { ...figures, compared: 0.9, aim: { comparison: 'ratio', atLeast: 0.8 } },
      0.9,
      true,
    ],
    ['nothing', figures, 0.75, undefined],
  ] as const)('%s', (_, measurement, compared, met) => {
    expect(comparedFigure(measurement)).toBe(compared);
    expect(isMet(measurement)).toBe(met);
  });
});

test('the table keeps its columns under each other', () => {
  const lines = renderTable([
    {
      name: 'a long name',
      unit: 'flows/s',
      ours: 400,
      limit: 1_200,
      aim: { comparison: 'ratio', atLeast: 0.3 },
    },
    { name: 'b', unit: 'MB', ours: 323.4, aim: { comparison: 'value', atMost: 512 } },
  ]).split('\n');
  expect(lines).toEqual([
    'name         ours         limit         compared  aim       met?',
    'a long name  400 flows/s  1200 flows/s  0.33 ×    ≥ 0.3 ×   yes',
    'b            323 MB                               ≤ 512 MB  yes',
  ]);
});
