import { z } from 'zod';
import { isStorable } from '../errors/pressroom-error.ts';
import { pageSizes } from '../page-size.ts';
import { assetsOfSources, documentSourceSchema, nameOfSource } from './document-source.ts';
import { printableProblems } from './printable-problems.ts';
import { defineRecipe, type InputProblem, type StepPlan } from './recipe.ts';

/** Credits for reading one document, for each batch of its passages that is worked on, and for the report. */
export const documentReportPrices = { document: 1, batch: 1, report: 1 } as const;

const notText = 'NUL and lone surrogates are not text';

export const documentReportInputSchema = z.strictObject({
  documents: z
    .array(documentSourceSchema)
    .min(1)
    .max(50)
    .describe('1 to 50 documents, uploaded or on the web.'),
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
  assets: (input) => assetsOfSources(input.documents),
  // A document of some thirty pages each; nobody knows their lengths before they are read.
  expectedCalls: ({ documents }) => ({
    pictures: 0,
    text: { inputTokens: 10_000 + documents.length * 25_000, outputTokens: 4_000 + documents.length * 6_000 },
  }),
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
          documents: input.documents.map(nameOfSource),
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
  return printableProblems([{ path: ['title'], text: input.title ?? '' }]);
}
