import { PressroomError } from '@pressroom/domain';
import { inspectImage, sniffMediaType } from '@pressroom/images';
import type { InspectUpload } from '../ports.ts';

/** Enough for the headers of nearly all pictures, thumbnails and colour profiles before them included. */
export const uploadHeadBytes = 1024 * 1024;

/**
 * Takes every picture type that ingestion takes. A damaged or hostile picture passes: ingestion names what is wrong with it,
 * and it hurts only its own item there.
 */
export const inspectUpload: InspectUpload = async (head) => {
  const sniffed = await sniffMediaType(head);
  if (sniffed.family !== 'image') {
    throw new PressroomError('unsupported-type', `The file is ${sniffed.description}, not a picture`, {
      facts: { mediaType: sniffed.mediaType },
    });
  }
  try {
    const { width, height } = await inspectImage(head, { maxBytes: uploadHeadBytes });
    return { mediaType: sniffed.mediaType, width, height };
  } catch {
    return { mediaType: sniffed.mediaType };
  }
};
