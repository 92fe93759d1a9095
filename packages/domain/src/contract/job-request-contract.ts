import { z } from 'zod';
import { isStorable } from '../errors/pressroom-error.ts';
import { type JobStatus, jobStatuses } from '../machines/job-machine.ts';
import { type JobKind, jobKinds, recipes } from '../recipes/recipe-catalog.ts';
import { countParameter, cursorParameter } from './shared-contract.ts';

export const jobPriorityLimit = 100;
/** Seconds that `Prefer: wait` may ask for. */
export const longestWaitSeconds = 60;

const notText = 'NUL and lone surrogates are not text';

/** What every submission may say beside its input. */
export const jobOptions = {
  priority: z
    .int()
    .min(-jobPriorityLimit)
    .max(jobPriorityLimit)
    .default(0)
    .describe('-100 to 100; higher ones of this account and of others go first.'),
  delayUntil: z.iso.datetime({ offset: true }).optional().describe('RFC 3339. Not started before.'),
  deadline: z.iso
    .datetime({ offset: true })
    .optional()
    .describe(
      'RFC 3339. A job that has not ended by then is cancelled and refunded. After `delayUntil`, at most 366 days ahead.',
    ),
  onItemFailure: z
    .enum(['fail', 'skip'])
    .default('fail')
    .describe('What one bad item does: end the job, or be left out and refunded.'),
  metadata: z
    .record(
      z.string().min(1).max(64).refine(isStorable, notText),
      z.string().max(500).refine(isStorable, notText),
    )
    .refine((map) => Object.keys(map).length <= 32, 'At most 32 entries')
    .default({})
    .describe('Kept with the job and given back: at most 32 entries of at most 500 characters.'),
};

export function endsAfterItBegins(job: {
  readonly delayUntil?: string | undefined;
  readonly deadline?: string | undefined;
}): boolean {
  if (job.deadline === undefined || job.delayUntil === undefined) return true;
  return Date.parse(job.deadline) > Date.parse(job.delayUntil);
}

/** `{ kind, input, … }` for each recipe: `kind` decides what `input` must be. */
export const jobRequestSchemas = Object.fromEntries(
  jobKinds.map((kind) => [
    kind,
    z
      .strictObject({
        kind: z.literal(kind),
        input: recipes[kind].inputSchema,
        ...jobOptions,
      })
      .refine(endsAfterItBegins, { path: ['deadline'], message: 'The deadline must be after delayUntil' })
      .describe(recipes[kind].description)
      .meta({ id: `JobRequest_${kind}` }),
  ]),
) as unknown as { readonly [Kind in JobKind]: z.ZodType<AcceptedJobRequest<Kind>> };

/** A submission as a client writes it: what has a default may be left out. */
export type JobRequest = {
  [Kind in JobKind]: {
    readonly kind: Kind;
    readonly input: z.input<(typeof recipes)[Kind]['inputSchema']>;
  };
}[JobKind] &
  JobOptions;

export interface JobOptions {
  readonly priority?: number | undefined;
  readonly delayUntil?: string | undefined;
  readonly deadline?: string | undefined;
  readonly onItemFailure?: 'fail' | 'skip' | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/** The same once it is validated: defaults are filled in. */
export interface AcceptedJobRequest<Kind extends JobKind = JobKind> {
  readonly kind: Kind;
  readonly input: z.output<(typeof recipes)[Kind]['inputSchema']>;
  readonly priority: number;
  readonly delayUntil?: string | undefined;
  readonly deadline?: string | undefined;
  readonly onItemFailure: 'fail' | 'skip';
  readonly metadata: Readonly<Record<string, string>>;
}

export const jobListQuerySchema = z.strictObject({
  cursor: cursorParameter,
  limit: countParameter(1, 100, 20),
  status: z.enum(jobStatuses).optional().describe('Only jobs with this status.'),
  kind: z
    .enum(jobKinds as [JobKind, ...JobKind[]])
    .optional()
    .describe('Only jobs of this kind.'),
});
/** The same as a client writes it. */
export interface JobListQuery {
  readonly cursor?: string;
  readonly limit?: number;
  readonly status?: JobStatus;
  readonly kind?: JobKind;
}
