import type { SettingName, SettingValues } from './settings-schema.ts';

/**
 * What is wrong with which settings are there and which are not. Looks at presence only, so that it can be told together
 * with values that are wrong by themselves.
 */
export function combinationProblems(present: Partial<Record<SettingName, string>>): string[] {
  const has = (name: SettingName) => present[name] !== undefined;
  const needs = (name: SettingName, needed: SettingName) =>
    has(name) && !has(needed) ? [`${needed} is missing, while ${name} is set`] : [];
  return [
    ...needs('DATABASE_DIRECT_URL', 'DATABASE_URL'),
    ...needs('PRESSROOM_DEFAULT_TIER', 'PRESSROOM_TIERS'),
    ...needs('STRIPE_TOKENS_METER', 'STRIPE_API_KEY'),
    ...needs('STRIPE_PICTURES_METER', 'STRIPE_API_KEY'),
    ...needs('STRIPE_BASE_URL', 'STRIPE_API_KEY'),
    ...(has('STRIPE_API_KEY') && !has('STRIPE_TOKENS_METER') && !has('STRIPE_PICTURES_METER')
      ? ['STRIPE_TOKENS_METER or STRIPE_PICTURES_METER is missing, while STRIPE_API_KEY is set']
      : []),
    ...needs('S3_ENDPOINT', 'S3_BUCKET'),
    ...needs('S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY'),
    ...needs('S3_SECRET_ACCESS_KEY', 'S3_ACCESS_KEY_ID'),
    ...(has('PRESSROOM_STORAGE_FOLDER') && has('S3_BUCKET')
      ? ['PRESSROOM_STORAGE_FOLDER cannot be set together with S3_BUCKET: files live in one place']
      : []),
  ];
}

/** What is wrong with values that are right by themselves. */
export function valueProblems(values: SettingValues): string[] {
  const { PRESSROOM_CHUNK_TOKENS: tokens, PRESSROOM_CHUNK_OVERLAP_TOKENS: overlap } = values;
  const { PRESSROOM_TIERS: tiers = {}, PRESSROOM_DEFAULT_TIER: tier } = values;
  return [
    ...(overlap * 2 > tokens
      ? [
          `PRESSROOM_CHUNK_OVERLAP_TOKENS must be at most half of PRESSROOM_CHUNK_TOKENS, which is ${tokens}, not ${overlap}`,
        ]
      : []),
    ...(tier !== undefined && !Object.hasOwn(tiers, tier)
      ? [`PRESSROOM_DEFAULT_TIER is ${tier}, which is not among PRESSROOM_TIERS`]
      : []),
  ];
}
