import { z } from 'zod';
import { isStorable } from '../errors/pressroom-error.ts';
import { pageSizes } from '../page-size.ts';
import { unprintableCharacters } from '../printable-script.ts';
import { defineRecipe, type InputProblem, type StepPlan } from './recipe.ts';

/** Credits for reading one document, for each batch of its passages that is worked on, and for the report. */
export const documentReportPrices = { document: 1, batch: 1, report: 1 } as const;

const notText = 'NUL and lone surrogates are not text';

const name = z
  .string()
  .trim()
  .min(1)
  .max(160)
  .refine(isStorable, notText)
  .optional()
  .describe(
    'What the report calls it where the document has no title of its own, such as the name of its file.',
  );

const sourceSchema = z.union([
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
    name,
  }),
]);

export const documentReportInputSchema = z.strictObject({
  documents: z.array(sourceSchema).min(1).max(50).describe('1 to 50 documents, uploaded or on the web.'),
  question: z
    .string()
    .trim()
    .min(3)
    .max(1_000)
    .refine(isStorable, notText)
    .optional()
    .describe('What you want to know: the report answers it from the passages that are most similar to it.'),
  title: z.string().trim().min(1).max(160).optional().describe('Printed on the cover.'),
  pageSize: z.enum(pageSizes).default('A4').describe('The size of a page.'),
  batchesPerDocument: z
    .int()
    .min(1)
    .max(64)
    .default(8)
    .describe(
      'Into how many batches a long document is divided at most. Each costs a credit, and is held; what is not needed comes back.',
    ),
});

/** Documents in, a cited report out: `pdf ← reduce ← (map, added at run time) ← ingest × N`. */
export const documentReport = defineRecipe({
  kind: 'document-report',
  title: 'Document report',
  description:
    'Reads documents and writes a report whose findings cite document, page and passage: as PDF, as JSON, and as a table.',
  inputSchema: documentReportInputSchema,
  check: checkInput,
  assets: (input) =>
    input.documents.flatMap((source) =>
      'assetId' in source ? [{ assetId: source.assetId, sort: 'document' as const }] : [],
    ),
  plan: (input): StepPlan => ({
    key: 'report',
    handler: 'render-report',
    input: { pageSize: input.pageSize },
    credits: documentReportPrices.report,
    children: [
      {
        key: 'reduce',
        handler: 'reduce-report',
        input: {
          title: input.title,
          question: input.question,
          batchesPerDocument: input.batchesPerDocument,
          documents: input.documents.map((source) => ('url' in source ? source.url : source.assetId)),
          names: input.documents.map((source) => source.name ?? ''),
        },
        credits: 0,
        reserve: input.documents.length * input.batchesPerDocument * documentReportPrices.batch,
        children: input.documents.map((source, index) => ({
          key: `ingest-${index}`,
          handler: 'ingest-document' as const,
          input: { index, source: 'url' in source ? { url: source.url } : { assetId: source.assetId } },
          itemIndex: index,
          credits: documentReportPrices.document,
          children: [],
        })),
      },
    ],
  }),
});

function checkInput(input: z.output<typeof documentReportInputSchema>): InputProblem[] {
  const missing = unprintableCharacters(input.title ?? '').slice(0, 10);
  if (missing.length === 0) return [];
  const shown = missing.map((character) => character.toWellFormed()).join(' ');
  return [
    {
      code: 'unsupported-script',
      path: ['title'],
      message: `The fonts of the pages do not have: ${shown}`,
    },
  ];
}
