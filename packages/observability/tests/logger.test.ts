import { spawnSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import { PressroomError } from '@pressroom/domain';
import { createLogger } from '@pressroom/observability';

function capture(format: 'json' | 'pretty' | 'auto' = 'json', level: 'debug' | 'info' = 'info') {
  const lines: string[] = [];
  const log = createLogger({
    name: 'probe',
    level,
    format,
    destination: { write: (line) => lines.push(line) },
  });
  return { log, lines, last: () => JSON.parse(lines.at(-1) ?? '{}') as Record<string, unknown> };
}

describe('createLogger', () => {
  test('writes one JSON object a line with time, level, service and the ids of its parents', () => {
    const { log, last, lines } = capture();
    log
      .child({ requestId: 'req_1' })
      .child({ jobId: 'job_1', stepId: 'step_1' })
      .warn({ attempt: 2 }, 'Again');
    expect(lines[0]).toMatch(/^\{.*\}\n$/);
    expect(last()).toMatchObject({
      level: 'warn',
      service: 'probe',
      requestId: 'req_1',
      jobId: 'job_1',
      stepId: 'step_1',
      attempt: 2,
      msg: 'Again',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    });
  });

  test('leaves out what is below its level', () => {
    const { log, lines } = capture();
    log.debug({}, 'detail');
    log.child({ jobId: 'job_1' }).debug({}, 'detail');
    expect(lines).toEqual([]);
  });

  test('is pretty when told to, and JSON when auto is not on a terminal', () => {
    const pretty = capture('pretty');
    pretty.log.info({ jobId: 'job_1' }, 'Hello');
    expect(pretty.lines.join('')).toMatch(/INFO.*: Hello\n +jobId: "job_1"/);
    const auto = capture('auto');
    auto.log.info({}, 'Hello');
    expect(auto.last()['msg']).toBe('Hello');
  });

  test('has written everything when the process exits right after', () => {
    const program = `import { createLogger } from '@pressroom/observability';
      const log = createLogger({ name: 'probe', level: 'info', format: 'auto' });
      for (let line = 0; line < 2000; line += 1) log.info({ line, filler: 'x'.repeat(200) }, 'line');
      log.fatal({}, 'last'); process.exit(3);`;
    const child = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
      cwd: import.meta.dirname,
      maxBuffer: 10_000_000,
    });
    expect([child.status, child.stderr.toString()]).toEqual([3, '']);
    expect(child.stdout.toString().trimEnd().split('\n')).toHaveLength(2_001);
  });
});

describe('secrets', () => {
  const secret = 'hush-hush-0123456789';

  test.each([
    'authorization',
    'Cookie',
    'set-cookie',
    'apiKey',
    'api_key',
    'x-api-key',
    'token',
    'accessToken',
    'password',
    'secretAccessKey',
    'accessKeyId',
    'client_secret',
    'operatorToken',
  ])('are replaced in a field named %s, at any depth', (name) => {
    const { log, lines } = capture();
    log.child({ [name]: secret }).info({ [name]: secret, a: [{ b: { [name]: { raw: secret } } }] }, 'Hello');
    expect(lines.join('')).not.toContain(secret);
    expect(lines.join('')).toContain('[secret]');
  });

  test.each([
    'prk_hush-hush-0123456789',
    'Authorization: Bearer hush-hush-0123456789',
    'Basic hush-hush-0123456789',
    'postgresql://press:hush-hush-0123456789@db/press',
    'redis://:hush-hush-0123456789@cache',
    'https://g/models?key=hush-hush-0123456789&alt=sse',
  ])('are replaced by their looks in messages, values, errors and causes: %s', (text) => {
    const { log, lines } = capture();
    log.info({ note: text, list: [text] }, `Saw ${text} here`);
    log.error({ err: new Error(text, { cause: new Error(text) }) }, 'Failed');
    log.child({ note: text }).info({}, 'Hello');
    expect(lines).toHaveLength(3);
    expect(lines.join('')).not.toContain('hush-hush');
    for (const line of lines) expect(() => JSON.parse(line) as unknown).not.toThrow();
  });

  test('are replaced in pretty lines too', () => {
    const { log, lines } = capture('pretty');
    log.info({ password: secret, note: `prk_${secret}` }, 'Hello');
    expect(lines.join('')).not.toContain(secret);
  });

  test('do not swallow what is no secret', () => {
    const { log, last } = capture();
    const fields = {
      fencingToken: 7,
      inputTokens: 512,
      url: 'https://user@host/a:b',
      keys: ['a'],
      token: undefined,
    };
    log.info(fields, 'Hello');
    expect(last()).toMatchObject({
      fencingToken: 7,
      inputTokens: 512,
      url: 'https://user@host/a:b',
      keys: ['a'],
    });
  });
});

describe('errors', () => {
  test('are written with code, facts, stack and every cause', () => {
    const { log, last } = capture();
    const root = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    const err = new PressroomError('storage-unavailable', 'No answer', { cause: root, facts: { tries: 3 } });
    log.error({ err }, 'Failed');
    expect(last()['err']).toMatchObject({
      type: 'PressroomError',
      code: 'storage-unavailable',
      message: 'No answer',
      facts: { tries: 3 },
      stack: expect.stringContaining('logger.test'),
      cause: { code: 'ECONNREFUSED', message: 'connect ECONNREFUSED' },
    });
  });

  test('of a failed statement are written without what it was given', () => {
    const { log, last, lines } = capture();
    const query = 'insert into "jobs" ("input")\nvalues ($1, $2)';
    const err = Object.assign(new Error(`Failed query: ${query}\nparams: Anna's wedding,anna@example.org`), {
      cause: Object.assign(new Error('Connection terminated'), { code: '08006' }),
    });
    log.error({ err: new PressroomError('database-unavailable', 'Away', { cause: err }) }, 'Not written');
    expect(lines.join('')).not.toMatch(/Anna|anna@/);
    expect(last()).toMatchObject({
      err: { cause: { message: `Failed query: ${query}`, cause: { code: '08006' } } },
    });
    expect(lines.join('')).toContain('logger.test');
  });

  test('of a group are all written', () => {
    const { log, last } = capture();
    log.error({ err: new AggregateError([new Error('a'), new Error('b')], 'both') }, 'Failed');
    expect(last()['err']).toMatchObject({ message: 'both', errors: [{ message: 'a' }, { message: 'b' }] });
  });

  test('and values that are endless, huge or odd cost one bounded line', () => {
    const { log, lines, last } = capture();
    const endless: Record<string, unknown> = {};
    endless['self'] = endless;
    const error = new Error('round');
    error.cause = error;
    const odd = {
      big: 10n,
      fn: () => 1,
      when: new Date(0),
      bytes: Buffer.alloc(5_000_000),
      bad: new Date(Number.NaN),
    };
    const stubborn = {
      toJSON: () => {
        throw new Error('no');
      },
    };
    log.info({ endless, error, odd, stubborn, text: 'x'.repeat(1e6), list: Array(1e5).fill(1) }, 'Hello');
    expect(lines.join('').length).toBeLessThan(200_000);
    expect(last()['odd']).toEqual({
      big: '10',
      when: '1970-01-01T00:00:00.000Z',
      bytes: '[5000000 bytes]',
      bad: 'Invalid Date',
    });
  });
});
