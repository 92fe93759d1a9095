import { documentMediaTypes, documentSniffBytes, sniffDocument } from '@pressroom/documents';
import { PressroomError } from '@pressroom/domain';
import { inspectImage, sniffMediaType } from '@pressroom/images';
import type { InspectUpload } from '../ports.ts';

/** Enough for the headers of nearly all pictures, thumbnails and colour profiles before them included. */
export const uploadHeadBytes = 1024 * 1024;

/**
 * Takes every type of picture and document that ingestion takes. A damaged or hostile file passes: ingestion names what is wrong with it,
 * and it hurts only its own item there.
 */
export const inspectUpload: InspectUpload = async (head) => {
  const sniffed = await sniffMediaType(head);
  if (sniffed.family !== 'image') {
    const format = await sniffDocument(head.subarray(0, documentSniffBytes), undefined);
    if (format !== undefined) return { mediaType: documentMediaTypes[format] };
    throw new PressroomError(
      'unsupported-type',
      `The file is ${sniffed.description}, no picture and no document`,
      {
        facts: { mediaType: sniffed.mediaType },
      },
    );
  }
  try {
    const { width, height } = await inspectImage(head, { maxBytes: uploadHeadBytes });
    return { mediaType: sniffed.mediaType, width, height };
  } catch {
    return { mediaType: sniffed.mediaType };
  }
};
