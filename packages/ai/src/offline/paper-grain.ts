const size = 256;
const mask = size - 1;

/** Values from 0 to 1 that look random and are always the same: the tooth of the paper. One integer hash a cell. */
const cells = Float32Array.from({ length: size * size }, (_, index) => {
  let hash = Math.imul(index + 0x9e3779b9, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 0xffffffff;
});

/** Grain at a point, between 0 and 1; whole numbers are the cells, between them it is interpolated. Repeats after 256. */
export function grainAt(x: number, y: number): number {
  const column = Math.floor(x);
  const line = Math.floor(y);
  const shareX = x - column;
  const shareY = y - line;
  const upper = (line & mask) * size;
  const lower = ((line + 1) & mask) * size;
  const left = column & mask;
  const right = (column + 1) & mask;
  const top = cells[upper + left] * (1 - shareX) + cells[upper + right] * shareX;
  const bottom = cells[lower + left] * (1 - shareX) + cells[lower + right] * shareX;
  return top * (1 - shareY) + bottom * shareY;
}
