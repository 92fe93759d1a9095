import { z } from 'zod';

/** Gravest first. */
export const severities = ['critical', 'high', 'medium', 'low', 'info'] as const;
export type Severity = (typeof severities)[number];

export const entityKinds = ['person', 'organisation', 'place', 'other'] as const;
export type EntityKind = (typeof entityKinds)[number];

/** Words of a document, with the place where they stand. */
export const citationSchema = z.strictObject({
  document: z.int().min(0).describe('Position of the document in the request, from 0.'),
  page: z.int().min(1).optional().describe('From 1; absent in formats that have no pages.'),
  chunkId: z.string(),
  passage: z.int().min(1).optional().describe('Position of the chunk in its document, from 1.'),
  quote: z.string().describe('Words of that chunk.'),
});
export type Citation = z.output<typeof citationSchema>;

export const findingSchema = z.strictObject({
  id: z.string().describe('Unique in the report: `F1`.'),
  title: z.string(),
  detail: z.string(),
  severity: z.enum(severities),
  confidence: z.number().min(0).max(1),
  citations: z.array(citationSchema).min(1),
});
export type Finding = z.output<typeof findingSchema>;

export const entitySchema = z.strictObject({
  name: z.string(),
  kind: z.enum(entityKinds),
  mentions: z.int().min(1),
  documents: z.array(z.int().min(0)),
});
export type Entity = z.output<typeof entitySchema>;

export const figureSchema = z.strictObject({
  value: z.string(),
  meaning: z.string(),
  citation: citationSchema,
});
export type Figure = z.output<typeof figureSchema>;

export const reportAnswerSchema = z.strictObject({
  text: z.string(),
  citations: z.array(citationSchema).describe('None when the documents do not answer the question.'),
});

/**
 * - `extractive`: every finding is a sentence of the documents themselves; no model has written anything.
 * - `generated`: a model has written it; its citations were compared with the documents.
 * - `mixed`: both, because the model could not be had for a part.
 */
export const reportMethods = ['extractive', 'generated', 'mixed'] as const;
export type ReportMethod = (typeof reportMethods)[number];

export const reportSchema = z
  .strictObject({
    version: z.literal(1),
    title: z.string(),
    language: z.string().describe('BCP 47, of most of the documents.'),
    question: z.string().optional(),
    method: z.enum(reportMethods),
    makers: z.array(z.strictObject({ provider: z.string(), model: z.string() })),
    documents: z.array(
      z.strictObject({
        index: z.int().min(0),
        title: z.string(),
        url: z.string().optional(),
        format: z.string().optional(),
        pages: z.int().optional(),
        chunks: z.int().min(0),
        chunksRead: z.int().min(0).describe('Fewer than `chunks` where not all of a long document was read.'),
        leftOut: z.string().optional().describe('Why nothing of it is in the report.'),
      }),
    ),
    summary: z.string(),
    answer: reportAnswerSchema.optional(),
    findings: z.array(findingSchema),
    entities: z.array(entitySchema),
    figures: z.array(figureSchema),
    openQuestions: z.array(z.string()),
    dropped: z
      .strictObject({ findings: z.int().min(0), citations: z.int().min(0) })
      .describe('What was not used because the words it cites are not in the documents.'),
  })
  .meta({ id: 'Report' });
export type Report = z.output<typeof reportSchema>;
