import { z } from 'zod';
import { accountSchema, keyScopes } from './account-contract.ts';
import { idSchema } from './shared-contract.ts';

const name = z.string().trim().min(1).max(120);
const credits = z.int().max(1_000_000_000);

export const newAccountSchema = z
  .strictObject({ name, credits: credits.min(0).default(0).describe('Granted at once.') })
  .meta({ id: 'NewAccount' });

export const accountChangeSchema = z
  .strictObject({
    weight: z
      .number()
      .min(0.01)
      .max(100)
      .optional()
      .describe('For jobs that come to wait from now on; those that wait keep their places.'),
    tier: z
      .string()
      .max(60)
      .nullable()
      .optional()
      .describe('One of the tiers of the settings; null takes it away.'),
    stripeCustomerId: z
      .string()
      .regex(/^cus_[A-Za-z0-9]{1,100}$/, 'Write it as Stripe does: cus_…')
      .nullable()
      .optional()
      .describe('Whom Stripe bills for its usage from now on; null: nobody.'),
  })
  .refine((change) => Object.keys(change).length > 0, 'Name what is to be changed')
  .meta({ id: 'AccountChange' });
export const operatorAccountSchema = accountSchema
  .extend({ stripeCustomerId: z.string().nullable() })
  .meta({ id: 'OperatorAccount' });
export type OperatorAccount = z.output<typeof operatorAccountSchema>;

export type AccountChange = z.output<typeof accountChangeSchema>;

export const newGrantSchema = z
  .strictObject({ credits: credits.min(1), reason: name })
  .meta({ id: 'NewGrant' });

export const newKeySchema = z
  .strictObject({
    name,
    scopes: z.array(z.enum(keyScopes)).min(1).max(keyScopes.length).describe('What the key may do.'),
  })
  .meta({ id: 'NewKey' });

export const createdKeySchema = z
  .strictObject({
    id: idSchema,
    key: z.string().describe('Shown this once; only its hash is kept.'),
    hint: z.string().describe('The first characters, to tell keys apart.'),
    scopes: z.array(z.enum(keyScopes)),
    account: accountSchema,
  })
  .meta({ id: 'CreatedKey' });
export type CreatedKey = z.output<typeof createdKeySchema>;
