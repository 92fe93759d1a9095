import { expect, test } from '@jest/globals';
import { renderLogLine } from '../src/progress/render-log-line.ts';

const line = (fields: object): string =>
  JSON.stringify({ level: 'info', time: '2026-01-02T03:04:05.678Z', service: 'api', pid: 7, ...fields });

test('a log line becomes time, process, message and what differs from line to line', () => {
  const rendered = renderLogLine('api', line({ jobId: 'job_1', status: 202, msg: 'Answered' }), false);
  expect(rendered).toBe('03:04:05 api             Answered jobId=job_1 status=202');
});

test('trouble is marked, and its error and causes stand below', () => {
  const err = {
    message: 'lost',
    stack: 'Error: lost\n    at here',
    code: 'queue-unavailable',
    cause: { message: 'ECONNRESET' },
  };
  const rendered = renderLogLine('pdf-worker', line({ level: 'error', err, msg: 'A step failed' }), false);
  expect(rendered).toContain('pdf-worker      ERROR A step failed');
  expect(rendered).toContain(
    '    [queue-unavailable] Error: lost\n        at here\n    because of\n    ECONNRESET',
  );
});

test.each(['plain words', '{"not":"a log line"}', '{broken'])('%j stays as it is', (text) => {
  expect(renderLogLine('api', text, false)).toBe(`api             ${text}`);
});

test('colours are for terminals', () => {
  expect(renderLogLine('api', line({ level: 'warn', msg: 'Slow' }), true)).toContain('\u001b[33mWARN');
  expect(renderLogLine('api', line({ level: 'warn', msg: 'Slow' }), false)).not.toContain('\u001b');
});
