import { z } from 'zod';
import { idSchema, momentSchema } from './shared-contract.ts';

export const assetSchema = z
  .strictObject({
    id: idSchema,
    role: z.enum(['original', 'normalised', 'thumbnail', 'generated', 'document']),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    mediaType: z.string().describe('Sniffed from the content; what the sender declared does not count.'),
    bytes: z.int().min(1),
    width: z
      .int()
      .nullable()
      .describe('Pixels, upright; null where the beginning of the file does not tell.'),
    height: z
      .int()
      .nullable()
      .describe('Pixels, upright; null where the beginning of the file does not tell.'),
    createdAt: momentSchema,
    links: z.strictObject({ self: z.string(), content: z.string() }),
  })
  .meta({ id: 'Asset' });
export type Asset = z.output<typeof assetSchema>;
