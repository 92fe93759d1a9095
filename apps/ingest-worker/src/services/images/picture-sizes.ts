/** Pixels of the long edge of what later steps work on; about 180 dpi along the long side of an A4 page. */
export const normalisedLongEdge = 2_048;

/** Pixels of the long edge of a thumbnail. */
export const thumbnailLongEdge = 320;
