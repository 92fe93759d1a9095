/** Pixels of the long edge of what later steps work on; enough for 250 dpi on an A4 page's printable width. */
export const normalisedLongEdge = 2_048;

/** Pixels of the long edge of a thumbnail. */
export const thumbnailLongEdge = 320;
