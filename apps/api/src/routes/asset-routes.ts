import { assetSchema, idSchema } from '@pressroom/domain';
import { z } from 'zod';
import { defineRoute } from './route-definition.ts';

const params = z.strictObject({ id: idSchema });
const access = { scope: 'assets' } as const;

/** Headers that every answer with stored bytes has. */
export const contentHeaders = {
  ETag: 'Strong; changes with the bytes.',
  'Accept-Ranges': 'bytes',
  'Content-Disposition': 'RFC 6266, with a name to save it under.',
};
export const rangeHeaders = z.object({
  range: z.string().optional().describe('One range of bytes: `bytes=0-99`, `bytes=100-`, `bytes=-50`.'),
  'if-none-match': z.string().optional().describe('Answered with 304 when the ETag is among them.'),
  'if-range': z.string().optional().describe('The range counts only when the ETag is this one.'),
});
/** The replies of an address with stored bytes of one media type. */
export function contentReplies(...mediaTypes: readonly string[]) {
  const content = Object.fromEntries(mediaTypes.map((type) => [type, 'binary' as const]));
  return {
    200: {
      description: 'The bytes',
      content,
      headers: contentHeaders,
    },
    206: {
      description: 'The range that was asked for',
      content,
      headers: { ...contentHeaders, 'Content-Range': 'Which bytes these are.' },
    },
    304: { description: 'The bytes behind this ETag are still the same' },
  };
}

export const assetRoutes = {
  uploadAsset: defineRoute({
    method: 'post',
    path: '/api/assets',
    tag: 'Assets',
    summary: 'Upload a file',
    description:
      'One part named `file`. The type is found by looking at the content; the declared one and the name do not count.',
    access,
    body: {
      contentType: 'multipart/form-data',
      schema: z.strictObject({
        file: z
          .string()
          .meta({ format: 'binary', description: 'JPEG, PNG, WebP, GIF, TIFF, AVIF, HEIC or SVG.' }),
      }),
    },
    replies: {
      201: {
        description: 'Stored',
        content: { 'application/json': assetSchema },
        headers: { Location: 'The address of the asset.' },
      },
    },
    errors: [
      'upload-incomplete',
      'asset-empty',
      'asset-too-large',
      'unsupported-type',
      'unsupported-content-type',
      'storage-full',
      'storage-unavailable',
    ],
  }),
  getAsset: defineRoute({
    method: 'get',
    path: '/api/assets/:id',
    tag: 'Assets',
    summary: 'What is known about a file',
    access,
    params,
    replies: { 200: { description: 'The asset', content: { 'application/json': assetSchema } } },
    errors: ['not-found'],
  }),
  getAssetContent: defineRoute({
    method: 'get',
    path: '/api/assets/:id/content',
    tag: 'Assets',
    summary: 'The bytes of a file',
    access,
    params,
    headers: rangeHeaders,
    replies: contentReplies('*/*'),
    errors: ['not-found', 'asset-missing', 'range-not-satisfiable', 'storage-unavailable'],
  }),
};
