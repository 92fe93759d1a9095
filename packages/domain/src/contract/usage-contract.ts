import { z } from 'zod';
import { usageExportStatuses } from '../machines/usage-export-machine.ts';
import { usageMeters } from '../ports/usage-meter.ts';
import { type JobKind, jobKinds } from '../recipes/recipe-catalog.ts';
import { countParameter, cursorParameter, idSchema, momentSchema, pageOf } from './shared-contract.ts';

const count = z.int().min(0);
export const microsSchema = count.describe('Millionths of a US dollar.');

const spendingShape = {
  calls: count.describe('Calls that ended, failed ones included.'),
  failed: count,
  saved: count.describe('Calls that were not made: the account had the result already. They cost nothing.'),
  inputTokens: count.describe('As the provider counted them.'),
  outputTokens: count,
  pictures: count,
  micros: microsSchema,
  unpricedCalls: count.describe(
    'Calls of which nobody knows the price: the model has none in the settings, or the provider did not count. They are not in `micros`.',
  ),
};

export const modelUsageSchema = z
  .strictObject({ provider: z.string(), model: z.string(), ...spendingShape })
  .meta({ id: 'ModelUsage' });
export type ModelUsage = z.output<typeof modelUsageSchema>;

const limitSchema = z
  .strictObject({
    limit: count,
    used: count,
    reserved: count.describe('What jobs that have not settled are expected to use.'),
    left: count,
  })
  .nullable()
  .describe('Null: not limited.');
export const usageLimitsSchema = z
  .strictObject({
    tier: z.string(),
    resetsAt: momentSchema,
    jobs: limitSchema,
    pictures: limitSchema,
    tokens: limitSchema.describe('Input and output together.'),
    micros: limitSchema,
  })
  .meta({ id: 'UsageLimits' });
export type AccountLimits = z.output<typeof usageLimitsSchema>;

export const usageSchema = z
  .strictObject({
    month: z.string().describe('`2026-03`; months begin at midnight UTC.'),
    from: momentSchema,
    to: momentSchema.describe('The first moment of the next month.'),
    jobs: z
      .strictObject({
        total: count,
        byKind: z.partialRecord(z.enum(jobKinds as [JobKind, ...JobKind[]]), count),
      })
      .describe('Jobs that were submitted in the month.'),
    total: z.strictObject(spendingShape).meta({ id: 'UsageTotal' }),
    models: z.array(modelUsageSchema),
    limits: usageLimitsSchema
      .nullable()
      .describe('Of the current month, whatever month is asked for; null: the account has none.'),
  })
  .meta({ id: 'Usage' });
export type Usage = z.output<typeof usageSchema>;

export const usageExportSchema = z
  .strictObject({
    id: z.string().describe('What the billing service knows it by.'),
    accountId: idSchema,
    customerId: z.string(),
    meter: z.enum(usageMeters),
    value: count,
    usedAt: momentSchema,
    status: z.enum(usageExportStatuses),
    attempts: count,
    error: z
      .strictObject({ code: z.string(), detail: z.string(), advice: z.string() })
      .nullable()
      .describe('Why it is parked, or why its last attempt failed.'),
  })
  .meta({ id: 'UsageExport' });
export type UsageExport = z.output<typeof usageExportSchema>;
export const usageExportPageSchema = pageOf(usageExportSchema).meta({ id: 'UsageExportPage' });
export const usageExportQuerySchema = z.strictObject({
  cursor: cursorParameter,
  limit: countParameter(1, 1_000, 100),
});

export const usageQuerySchema = z.strictObject({
  month: z
    .string()
    .regex(/^20\d\d-(0[1-9]|1[0-2])$/, 'Write a month as 2026-03')
    .optional()
    .describe('`2026-03`; the current month when absent.'),
});
