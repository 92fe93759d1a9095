import { secretText, setting, textOf, tiers, urlOf } from '../setting.ts';

const meter = () => textOf(/^[\w.-]{1,100}$/, 'must be the name of a meter event');

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
  STRIPE_API_KEY: setting(secretText(8).optional(), {
    path: 'usage.stripe.apiKey',
    secret: true,
    description:
      'Sends what billed accounts use to Stripe as meter events; a restricted key that may write meter events is enough. An operator says which customer an account is.',
    example: 'rk_live_…',
    absent: 'nothing is sent',
  }),
  STRIPE_BASE_URL: setting(urlOf('http:', 'https:').optional(), {
    path: 'usage.stripe.baseUrl',
    description: "Another address for Stripe's API.",
    example: 'http://127.0.0.1:12111',
    absent: "Stripe's own",
  }),
  STRIPE_TOKENS_METER: setting(meter().optional(), {
    path: 'usage.stripe.tokensMeter',
    description: '`event_name` of the meter in Stripe that adds up tokens, input and output together.',
    example: 'pressroom_tokens',
    absent: 'tokens are not sent',
  }),
  STRIPE_PICTURES_METER: setting(meter().optional(), {
    path: 'usage.stripe.picturesMeter',
    description: '`event_name` of the meter in Stripe that adds up pictures.',
    example: 'pressroom_pictures',
    absent: 'pictures are not sent',
  }),
};
