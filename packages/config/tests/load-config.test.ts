import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { describeConfig, loadConfig, renderSettingsTable, settings } from '@pressroom/config';
import type { PressroomError } from '@pressroom/domain';

function refusal(env: Record<string, string>): PressroomError {
  try {
    loadConfig(env);
  } catch (error) {
    return error as PressroomError;
  }
  throw new Error('loadConfig accepted it');
}

const secrets = {
  DATABASE_URL: 'postgresql://press:hunter2@db/press',
  DATABASE_DIRECT_URL: 'postgresql://press:hunter2@db:5433/press',
  REDIS_URL: 'rediss://:hunter3@cache:6379',
  GEMINI_API_KEY: 'AIzaSecretKey',
  S3_BUCKET: 'books',
  S3_ACCESS_KEY_ID: 'AKIASECRET',
  S3_SECRET_ACCESS_KEY: 'shhhhhhhh',
  PRESSROOM_OPERATOR_TOKEN: 'operator-token-0001',
};
const secretWords = /hunter2|hunter3|AIzaSecretKey|AKIASECRET|shhhhhhhh|operator-token-0001/;

describe('loadConfig', () => {
  test('lets nothing be broken on purpose in production', () => {
    const faults = { PRESSROOM_FAULTS_FOLDER: '/tmp/faults' };
    expect(loadConfig({}).faultsFolder).toBeUndefined();
    expect(loadConfig(faults).faultsFolder).toBe('/tmp/faults');
    expect(refusal({ ...faults, NODE_ENV: 'production' }).message).toMatch(
      /PRESSROOM_FAULTS_FOLDER .*production/,
    );
  });

  test('runs on nothing: embedded, local and offline', () => {
    const config = loadConfig({});
    expect(config.database).toEqual({ poolSize: 10 });
    expect(config.redis).toEqual({});
    expect(config.storage).toMatchObject({ kind: 'local', folder: '.data/assets' });
    expect(config.generation).toEqual({ kind: 'offline', threads: 2 });
    expect(config.http).toEqual({ host: '127.0.0.1', port: 3000 });
    expect(config.shutdownGraceMs).toBe(25_000);
  });

  test('takes blank values for absent ones', () => {
    expect(loadConfig({ DATABASE_URL: '', PRESSROOM_PORT: '  ', GEMINI_API_KEY: '' })).toEqual(
      loadConfig({}),
    );
  });

  test('takes S3 and Gemini as soon as they are named', () => {
    const config = loadConfig({
      ...secrets,
      S3_ENDPOINT: 'http://minio:9000/',
      GEMINI_BASE_URL: 'http://g/',
    });
    expect(config.storage).toEqual({
      kind: 's3',
      endpoint: 'http://minio:9000',
      region: 'us-east-1',
      bucket: 'books',
      accessKeyId: 'AKIASECRET',
      secretAccessKey: 'shhhhhhhh',
      forcePathStyle: true,
    });
    expect(config.generation).toMatchObject({ kind: 'gemini', apiKey: 'AIzaSecretKey', baseUrl: 'http://g' });
  });

  test('takes prices and tiers as JSON, money in millionths of a dollar, and says what is wrong in them', () => {
    const gemini = { GEMINI_API_KEY: 'AIzaSecretKey' };
    const prices = '{"m":{"input":0.3,"output":2.5}}';
    expect(loadConfig({ ...gemini, AI_PRICES: prices }).generation).toMatchObject({
      prices: { m: { input: 0.3, output: 2.5, picture: 0 } },
    });
    const tiers = '{"small":{"jobs":3,"dollars":0.5}}';
    expect(loadConfig({ PRESSROOM_TIERS: tiers, PRESSROOM_DEFAULT_TIER: 'small' }).usage).toMatchObject({
      tiers: { small: { jobs: 3, micros: 500_000 } },
      defaultTier: 'small',
    });
    const message = refusal({
      ...gemini,
      AI_PRICES: '{"m":{"input":"free"}}',
      PRESSROOM_TIERS: '{"small":{"job":3}}',
    }).message;
    expect(message).toMatch(/AI_PRICES must be JSON such as .*; see m\.input/);
    expect(message).toMatch(/PRESSROOM_TIERS must be JSON such as .*; see small/);
    expect(refusal({ PRESSROOM_TIERS: tiers, PRESSROOM_DEFAULT_TIER: 'large' }).message).toMatch(
      /PRESSROOM_DEFAULT_TIER is large, which is not among PRESSROOM_TIERS/,
    );
    expect(refusal({ PRESSROOM_DEFAULT_TIER: 'large' }).message).toMatch(/PRESSROOM_TIERS is missing/);
  });

  test('takes searches in the order in which they are named, each once', () => {
    expect(loadConfig({ PRESSROOM_SEARCHES: 'mdn, wikipedia' }).searches.documentation).toEqual([
      'mdn',
      'wikipedia',
    ]);
    for (const list of ['mdn,mdn', 'google', 'mdn,'])
      expect(refusal({ PRESSROOM_SEARCHES: list }).message).toMatch(
        /must be some of wikipedia, wikibooks, mdn/,
      );
  });

  test('takes several addresses of one Redis Cluster, and tells no password of any', () => {
    const config = loadConfig({ REDIS_URL: 'redis://:hunter2@a:7000, redis://:hunter3@b:7001/' });
    expect(config.redis.url).toBe('redis://:hunter2@a:7000,redis://:hunter3@b:7001');
    expect(describeConfig(config)).toMatchObject({ redis: { url: expect.stringContaining('@b:7001') } });
    expect(JSON.stringify(describeConfig(config))).not.toMatch(secretWords);
  });

  test('lets S3_FORCE_PATH_STYLE overrule the guess', () => {
    const env = { S3_BUCKET: 'books', S3_ENDPOINT: 'http://minio' };
    expect(loadConfig({ ...env, S3_FORCE_PATH_STYLE: 'no' }).storage).toMatchObject({
      forcePathStyle: false,
    });
    expect(loadConfig({ S3_BUCKET: 'books' }).storage).toMatchObject({ forcePathStyle: false });
  });

  test('is frozen to the bottom', () => {
    const config = loadConfig(secrets);
    const parts = [config, ...Object.values(config).filter((part) => typeof part === 'object')];
    expect(parts.map((part) => Object.isFrozen(part))).toEqual(parts.map(() => true));
  });

  test('tells every problem in one message', () => {
    const error = refusal({
      PRESSROOM_PORT: '70000',
      PRESSROOM_HEALTH_PORT: '0x10',
      PRESSROOM_LOG_LEVEL: 'chatty',
      DATABASE_URL: 'mysql://root:hunter2@db',
      PRESSROOM_PROT: '80',
      PRESSROOM_FLUX_CAPACITOR: 'on',
      PRESSROOM_OPERATOR_TOKEN: 'short',
      S3_ENDPOINT: 'http://minio',
    });
    expect(error.code).toBe('settings-invalid');
    expect(error.message).toBe(`The settings have 8 problems:
  - PRESSROOM_PROT is not a setting; did you mean PRESSROOM_PORT?
  - PRESSROOM_FLUX_CAPACITOR is not a setting
  - DATABASE_URL must be a URL that starts with postgres:// or postgresql://, not "mysql://root:[secret]@db"
  - PRESSROOM_PORT must be a whole number from 0 to 65535, not "70000"
  - PRESSROOM_HEALTH_PORT must be a whole number from 0 to 65535, not "0x10"
  - PRESSROOM_OPERATOR_TOKEN must be 16 to 512 visible ASCII characters
  - PRESSROOM_LOG_LEVEL must be one of debug, info, warn, error, fatal, silent, not "chatty"
  - S3_BUCKET is missing, while S3_ENDPOINT is set`);
    expect(error.facts?.['problems']).toHaveLength(8);
  });

  test.each([
    [{ DATABASE_DIRECT_URL: 'postgres://db/x' }, 'DATABASE_URL is missing, while DATABASE_DIRECT_URL is set'],
    [{ REDIS_URL: 'redis://a,http://b' }, 'REDIS_URL must be a URL that starts with redis:// or rediss://'],
    [{ S3_ENDPOINT: 'http://minio' }, 'S3_BUCKET is missing, while S3_ENDPOINT is set'],
    [{ S3_BUCKET: 'books', S3_ACCESS_KEY_ID: 'a' }, 'S3_SECRET_ACCESS_KEY is missing'],
    [{ S3_BUCKET: 'books', S3_SECRET_ACCESS_KEY: 'a' }, 'S3_ACCESS_KEY_ID is missing'],
    [{ S3_BUCKET: 'books', PRESSROOM_STORAGE_FOLDER: 'x' }, 'cannot be set together with S3_BUCKET'],
    [
      { PRESSROOM_CHUNK_TOKENS: '100', PRESSROOM_CHUNK_OVERLAP_TOKENS: '51' },
      'must be at most half of PRESSROOM_CHUNK_TOKENS, which is 100, not 51',
    ],
    [{ PRESSROOM_CHUNK_TOKENS: '119' }, 'PRESSROOM_CHUNK_OVERLAP_TOKENS must be at most half'],
    [{ PRESSROOM_PORT: '1e3' }, 'must be a whole number'],
    [{ PRESSROOM_PORT: '-1' }, 'must be a whole number'],
    [{ S3_BUCKET: 'books', S3_FORCE_PATH_STYLE: 'maybe' }, 'must be true or false'],
  ] as [Record<string, string>, string][])('refuses %j', (env, message) => {
    expect(refusal(env).message).toContain(message);
  });

  test('leaves variables of other programs alone', () => {
    expect(loadConfig({ PATH: '/bin', NODE_ENV: 'test', S3_COLOUR: 'red' })).toEqual(loadConfig({}));
  });
});

describe('secrets', () => {
  test('are in no description and in no print-out of a configuration', () => {
    const config = loadConfig(secrets);
    expect(describeConfig(config)).toMatchObject({
      database: { url: 'postgresql://press:[secret]@db/press' },
      redis: { url: 'rediss://:[secret]@cache:6379' },
      storage: { secretAccessKey: '[secret]', bucket: 'books' },
      operator: { token: '[secret]' },
    });
    for (const text of [JSON.stringify(describeConfig(config)), JSON.stringify(config), inspect(config)]) {
      expect(text).not.toMatch(secretWords);
    }
  });

  test('are in no message, however wrong they are', () => {
    const broken = Object.fromEntries(
      Object.entries(secrets).map(([name, value]) => [
        name,
        name.endsWith('URL') ? `x${value}` : `${value} \u0007`,
      ]),
    );
    expect(refusal(broken).message).not.toMatch(secretWords);
    expect(refusal({ DATABASE_URL: 'postgres://press:hun/ter@2@db' }).message).not.toMatch(/ter@2|hun/);
  });
});

describe('the settings table', () => {
  const everything = {
    ...secrets,
    S3_ENDPOINT: 'http://m',
    GEMINI_BASE_URL: 'http://g',
    PRESSROOM_PUBLIC_URL: 'http://p',
    PRESSROOM_FAULTS_FOLDER: '/tmp/faults',
    PRESSROOM_MEMORY_BUDGET_BYTES: '600000000',
    AI_REQUESTS_PER_MINUTE: '60',
    AI_TOKENS_PER_MINUTE: '100000',
    AI_PRICES: '{"m":{"input":0.3}}',
    PRESSROOM_TIERS: '{"small":{"jobs":3,"dollars":0.5}}',
    PRESSROOM_DEFAULT_TIER: 'small',
    YOUTUBE_API_KEY: 'AIzaYoutubeKey',
    PRESSROOM_SEARCHES: 'mdn, wikipedia',
    PRESSROOM_SEARCH_BASE_URL: 'http://w',
    STRIPE_API_KEY: 'rk_test_stripekey',
    STRIPE_BASE_URL: 'http://s',
    STRIPE_TOKENS_METER: 'tokens',
    STRIPE_PICTURES_METER: 'pictures',
  };

  test('points every setting at its place in the configuration', () => {
    const configs = [loadConfig({}), loadConfig(everything)];
    const lost = settings.filter(
      (setting) => !configs.some((config) => at(config, setting.path) !== undefined),
    );
    expect(lost.map((setting) => setting.name)).toEqual([]);
  });

  test('leaves no value of the configuration without a setting', () => {
    const paths = new Set([...settings.map((setting) => setting.path), 'storage.kind', 'generation.kind']);
    // A setting may hold more than one value.
    const known = (path: string) => [...paths].some((each) => path === each || path.startsWith(`${each}.`));
    expect(leaves(loadConfig(everything)).filter((path) => !known(path))).toEqual([]);
  });

  test('shows the defaults that really apply', () => {
    const config = loadConfig(everything);
    for (const { name, path, default: shown } of settings) {
      if (shown !== undefined) expect(`${name}=${String(at(config, path))}`).toBe(`${name}=${shown}`);
    }
  });

  test('says of every setting what it does and what happens without it', () => {
    for (const { name, description, example, default: value, absent } of settings) {
      expect(`${name}: ${description}`).toMatch(/: .+\.$/);
      expect(`${name}: ${example}`).toMatch(/: .+/);
      expect(`${name}: ${String((value === undefined) !== (absent === undefined))}`).toBe(`${name}: true`);
    }
  });

  test('is a Markdown table with a row a setting', () => {
    const lines = renderSettingsTable().trimEnd().split('\n');
    expect(lines).toHaveLength(settings.length + 2);
    expect(lines.every((line) => line.split(/(?<!\\)\|/).length === 6)).toBe(true);
    expect(lines).toContain(
      '| `PRESSROOM_PORT` | Port of the API; 0 takes any free one. | `3000` | `8080` |',
    );
  });
});

function at(config: object, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], config);
}

function leaves(value: object, prefix = ''): string[] {
  return Object.entries(value).flatMap(([name, inner]) =>
    typeof inner === 'object' && inner !== null ? leaves(inner, `${prefix}${name}.`) : [`${prefix}${name}`],
  );
}
