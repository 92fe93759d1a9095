import { type AssetRow, findAsset, insertAsset } from '@pressroom/database';
import { type Asset, PressroomError, reach } from '@pressroom/domain';
import type { Handlers } from '../http/exchange.ts';
import { sendStoredContent } from '../http/send-blob.ts';
import type { assetRoutes } from '../routes/asset-routes.ts';
import { receiveUpload } from '../services/receive-upload.ts';
import type { EndpointContext } from './endpoint-context.ts';

export function createAssetEndpoints(context: EndpointContext): Handlers<typeof assetRoutes> {
  const { database, store } = context;

  async function requireAsset(accountId: string, id: string): Promise<AssetRow> {
    const asset = await findAsset(database.executor, accountId, id);
    if (asset === undefined) throw new PressroomError('not-found', `There is no asset ${id} in this account`);
    return asset;
  }

  return {
    uploadAsset: async (_input, { request, accountId, signal }) => {
      const { blob, facts } = await receiveUpload(request, {
        store,
        inspect: context.inspectUpload,
        accountId,
        maxBytes: context.config.limits.uploadBytes,
        idleMs: context.timing.uploadIdleMs,
        signal,
      });
      await reach('upload.stored');
      const asset = await insertAsset(database.executor, {
        id: context.ids.next('asset'),
        accountId,
        role: 'original',
        storageKey: blob.key,
        mediaType: facts.mediaType,
        bytes: blob.bytes,
        sha256: blob.sha256,
        width: facts.width ?? null,
        height: facts.height ?? null,
      });
      const body = toAsset(asset);
      return { status: 201, body, headers: { Location: body.links.self } };
    },
    getAsset: async ({ params }, { accountId }) => ({
      status: 200,
      body: toAsset(await requireAsset(accountId, params.id)),
    }),
    getAssetContent: async ({ params }, { request, response, accountId, signal }) => {
      const asset = await requireAsset(accountId, params.id);
      const fileName = `${asset.id}${extensions[asset.mediaType] ?? ''}`;
      await sendStoredContent(request, response, store, { ...asset, fileName }, signal);
      return undefined;
    },
  };
}

const extensions: Readonly<Record<string, string>> = {
  'image/jpeg': '.jpg',
  'image/png': '.png',
  'image/webp': '.webp',
  'image/gif': '.gif',
  'image/tiff': '.tiff',
  'image/avif': '.avif',
  'image/heic': '.heic',
  'image/heif': '.heif',
  'image/svg+xml': '.svg',
  'application/pdf': '.pdf',
};

function toAsset(row: AssetRow): Asset {
  const self = `/api/assets/${row.id}`;
  return {
    id: row.id,
    role: row.role,
    sha256: row.sha256,
    mediaType: row.mediaType,
    bytes: row.bytes,
    width: row.width,
    height: row.height,
    createdAt: row.createdAt.toISOString(),
    links: { self, content: `${self}/content` },
  };
}
