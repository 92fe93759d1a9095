import { z } from 'zod';
import { isStorable } from '../errors/pressroom-error.ts';

const name = z
  .string()
  .trim()
  .min(1)
  .max(160)
  .refine(isStorable, 'NUL and lone surrogates are not text')
  .optional()
  .describe('What it is called where it has no title of its own, such as the name of its file.');

/** Where a document of a job is: uploaded, or on the web. */
export const documentSourceSchema = z.union([
  z.strictObject({
    assetId: z
      .string()
      .regex(/^[A-Za-z0-9_-]{1,64}$/, 'This is not an id')
      .describe('An asset of this account with a document in it.'),
    name,
  }),
  z.strictObject({
    url: z
      .url({ protocol: /^https?$/ })
      .max(2_000)
      .describe('An address on the public web, http or https.'),
    scheduled: z
      .boolean()
      .optional()
      .describe(
        'True when a program asks for it again and again: then the robots.txt of its server is asked first and obeyed (RFC 9309).',
      ),
    name,
  }),
]);
export type DocumentSource = z.output<typeof documentSourceSchema>;

/** Those of the sources that must be assets of the account. */
export function assetsOfSources(
  sources: readonly DocumentSource[],
): readonly { readonly assetId: string; readonly sort: 'document' }[] {
  return sources.flatMap((source) =>
    'assetId' in source ? [{ assetId: source.assetId, sort: 'document' as const }] : [],
  );
}

/** What a source was asked for by, for people. */
export function nameOfSource(source: DocumentSource): string {
  return 'url' in source ? source.url : source.assetId;
}
