/**
 * Gives every connected piece of fewer than `minSize` pixels to the area that it shares most of its outline with, in place:
 * a print has no crumbs of colour. Pieces are connected by straight neighbours.
 */
export function absorbSpecks(areas: Uint8Array, width: number, minSize: number): void {
  const seen = new Uint8Array(areas.length);
  const piece = new Int32Array(areas.length);
  const touching = new Int32Array(256);
  for (let start = 0; start < areas.length; start += 1) {
    if (seen[start] === 1) continue;
    const own = areas[start];
    let count = 0;
    seen[start] = 1;
    piece[count++] = start;
    touching.fill(0);
    for (let next = 0; next < count; next += 1) {
      const pixel = piece[next];
      const x = pixel % width;
      if (x > 0) visit(pixel - 1);
      if (x < width - 1) visit(pixel + 1);
      if (pixel >= width) visit(pixel - width);
      if (pixel < areas.length - width) visit(pixel + width);
    }
    if (count >= minSize) continue;
    const outline = touching.reduce((most, length) => Math.max(most, length), 0);
    if (outline === 0) continue;
    const other = touching.indexOf(outline);
    for (let index = 0; index < count; index += 1) areas[piece[index]] = other;

    function visit(pixel: number): void {
      if (areas[pixel] !== own) touching[areas[pixel]] += 1;
      else if (seen[pixel] === 0) {
        seen[pixel] = 1;
        piece[count++] = pixel;
      }
    }
  }
}
