import { setting, wholeNumber } from '../setting.ts';

/** How documents are cut into passages, and these are worked on. */
export const documentSettings = {
  PRESSROOM_CHUNK_TOKENS: setting(wholeNumber(50, 2_000).default(400), {
    path: 'documents.chunk.maxTokens',
    description:
      'Estimated tokens that a passage of a document has at most. A document that was cut otherwise is read anew.',
    example: '600',
  }),
  PRESSROOM_CHUNK_OVERLAP_TOKENS: setting(wholeNumber(0, 1_000).default(60), {
    path: 'documents.chunk.overlapTokens',
    description:
      'Estimated tokens, in whole sentences, that a passage repeats of the one before; at most half of a passage.',
    example: '0',
  }),
  PRESSROOM_EMBEDDING_BATCH: setting(wholeNumber(1, 1_000).default(100), {
    path: 'documents.embeddingBatch',
    description: 'Passages that one call of the provider embeds; Gemini takes 100 at most.',
    example: '50',
  }),
  PRESSROOM_CHUNK_WRITE_BATCH: setting(wholeNumber(1, 2_000).default(500), {
    path: 'documents.writeBatch',
    description: 'Passages, with their vectors, that one statement writes into the database.',
    example: '100',
  }),
};
