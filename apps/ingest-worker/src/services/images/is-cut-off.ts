/** How a file of each kind begins, and what stands at its end and nowhere in its pixels: EOI of a JPEG, IEND of a PNG. */
const endings = [
  { start: [0xff, 0xd8], end: [0xff, 0xd9] },
  { start: [0x89, 0x50, 0x4e, 0x47], end: [0x49, 0x45, 0x4e, 0x44] },
] as const;

/** Cameras append previews and depth maps of their own after the picture's end; what is looked for stands anywhere before. */
const mostLookedAt = 8 * 1024 * 1024;

/**
 * Whether a JPEG or PNG file ends before its own end mark, by its bytes alone. Only a reason for a picture that could
 * not be decoded: an end mark in an embedded preview makes this `false` for a file that is cut off.
 */
export function isCutOff(file: Uint8Array): boolean {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  const kind = endings.find(({ start }) => start.every((byte, at) => bytes[at] === byte));
  if (kind === undefined) return false;
  return bytes.subarray(Math.max(0, bytes.length - mostLookedAt)).lastIndexOf(Buffer.from(kind.end)) === -1;
}
