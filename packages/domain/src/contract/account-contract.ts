import { z } from 'zod';
import { countParameter, cursorParameter, idSchema, momentSchema, pageOf } from './shared-contract.ts';

/** What an API key may be allowed to do. */
export const keyScopes = ['assets', 'jobs', 'account'] as const;
export type KeyScope = (typeof keyScopes)[number];

export const accountSchema = z
  .strictObject({
    id: idSchema,
    name: z.string(),
    balance: z.int().min(0).describe('Credits that can be spent.'),
    weight: z
      .number()
      .describe('Its share of the queue beside other accounts that wait: 2 gets twice what 1 gets.'),
    tier: z
      .string()
      .nullable()
      .describe('Whose monthly limits hold; null: those of accounts without a tier.'),
    createdAt: momentSchema,
  })
  .meta({ id: 'Account' });
export type Account = z.output<typeof accountSchema>;

export const ledgerEntrySchema = z
  .strictObject({
    id: z.int(),
    kind: z.enum(['grant', 'hold', 'capture', 'refund']),
    amount: z.int().min(0).describe('Credits.'),
    delta: z
      .int()
      .describe('What it did to the balance; a capture only says that held credits are spent for good.'),
    balanceAfter: z.int().min(0),
    jobId: idSchema.nullable(),
    round: z.int().min(1).describe('Of the job: its hold, capture and refund belong together.'),
    reason: z.string(),
    createdAt: momentSchema,
  })
  .meta({ id: 'LedgerEntry' });
export type LedgerEntry = z.output<typeof ledgerEntrySchema>;

export const ledgerPageSchema = pageOf(ledgerEntrySchema).meta({ id: 'LedgerPage' });
export type LedgerPage = z.output<typeof ledgerPageSchema>;

export const ledgerQuerySchema = z.strictObject({
  cursor: cursorParameter,
  limit: countParameter(1, 1_000, 100),
});
