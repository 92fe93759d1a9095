import { z } from 'zod';

/** A moment on the wire: RFC 3339 in UTC. */
export const momentSchema = z.iso.datetime().describe('RFC 3339, UTC.');

export const idSchema = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, 'This is not an id')
  .describe('An id as this API gave it out.');

/** A query parameter that counts; query strings hold text only. */
export function countParameter(least: number, most: number, fallback: number) {
  return z.coerce
    .number()
    .int()
    .min(least)
    .max(most)
    .default(fallback)
    .describe(`${least} to ${most}; ${fallback} when absent.`);
}

export const cursorParameter = z
  .string()
  .max(200)
  .optional()
  .describe('`nextCursor` of the page before. Opaque: its content may change.');

export const nextCursorSchema = z
  .string()
  .nullable()
  .describe('Send it as `cursor` for the next page; null on the last one.');

/** A page of a list, newest first. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.strictObject({ data: z.array(item), nextCursor: nextCursorSchema });
}
