import { setting, textOf, tiers } from '../setting.ts';

/** What accounts may use in a month. */
export const usageSettings = {
  PRESSROOM_TIERS: setting(tiers().optional(), {
    path: 'usage.tiers',
    description:
      'Monthly limits by the name of a tier: `jobs`, `pictures`, `tokens` (input and output together) and `dollars` (by `AI_PRICES`); what a tier leaves out it does not limit. An operator puts accounts into tiers.',
    example: '{"free":{"jobs":20,"pictures":100},"studio":{"dollars":50}}',
    absent: 'no account is limited',
  }),
  PRESSROOM_DEFAULT_TIER: setting(
    textOf(/^[\w-]{1,60}$/, 'must be the name of a tier of PRESSROOM_TIERS').optional(),
    {
      path: 'usage.defaultTier',
      description: 'Tier of accounts that have none of their own.',
      example: 'free',
      absent: 'such accounts are not limited',
    },
  ),
};
