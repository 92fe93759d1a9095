import { z } from 'zod';
import { errorCodes } from '../errors/error-registry.ts';

const code = z.enum(errorCodes as [(typeof errorCodes)[number], ...(typeof errorCodes)[number][]]);

/** One thing that is wrong with a request. */
export const problemItemSchema = z
  .strictObject({
    path: z.string().describe('JSON Pointer into the body, or `query/limit`, `header/prefer`, `path/id`.'),
    message: z.string(),
    code: code.optional().describe('Set where the item has an error of its own.'),
  })
  .meta({ id: 'ProblemItem' });

/** RFC 9457 problem document. */
export const problemSchema = z
  .strictObject({
    type: z.string().describe('Address of a page about this kind of error, relative to the API.'),
    title: z.string().describe('The same for every occurrence.'),
    status: z.int().min(400).max(599),
    detail: z.string().describe('What happened here.'),
    code: code.describe('Stable: program against this.'),
    advice: z.string().describe('What to do about it.'),
    instance: z.string().describe('The path that was asked for.'),
    requestId: z.string().describe('Give it to the operator when you ask for help.'),
    errors: z.array(problemItemSchema).optional(),
    facts: z.record(z.string(), z.unknown()).optional().describe('Limits and sizes behind `detail`.'),
  })
  .meta({ id: 'Problem' });
export type Problem = z.output<typeof problemSchema>;
export type ProblemItem = z.output<typeof problemItemSchema>;

/** What `/problems/:code` says about a kind of error. */
export const problemTypeSchema = z
  .strictObject({
    code,
    title: z.string(),
    status: z.int(),
    retryability: z.enum(['transient', 'throttled', 'permanent']),
    advice: z.string(),
  })
  .meta({ id: 'ProblemType' });
