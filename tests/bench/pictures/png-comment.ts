/** Length, type and CRC of a chunk, around its data. PNG (third edition), 5.3 and annex D. */
const chunkFrame = 12;

/** The same picture with a text chunk before its end: other bytes, same pixels. */
export function withComment(png: Uint8Array, text: string): Uint8Array {
  const typed = Buffer.from(`tEXtComment\0${text}`, 'latin1');
  const chunk = Buffer.alloc(typed.length + 8);
  chunk.writeUInt32BE(typed.length - 4, 0);
  typed.copy(chunk, 4);
  chunk.writeUInt32BE(crc32(typed), typed.length + 4);
  const end = png.length - chunkFrame;
  return Buffer.concat([png.subarray(0, end), chunk, png.subarray(end)]);
}

function crc32(bytes: Uint8Array): number {
  let remainder = 0xffffffff;
  for (const byte of bytes) {
    remainder ^= byte;
    for (let bit = 0; bit < 8; bit += 1) remainder = (remainder >>> 1) ^ (remainder & 1 ? 0xedb88320 : 0);
  }
  return (remainder ^ 0xffffffff) >>> 0;
}
