import type { StoredOriginal } from '../images/original-bytes.ts';

/** The bytes that are ingested: an upload, or what an address gave. */
export interface ReceivedSource extends StoredOriginal {
  /** Of an upload; what was fetched gets its own at the end. */
  readonly assetId?: string;
  /** The address that gave them, after redirects. */
  readonly url?: string;
}
