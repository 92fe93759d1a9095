/**
 * Lines of a text that comes in pieces, without their ends (LF, CR LF, CR). A line longer than `max` comes in several parts, so a
 * file that is one line needs no more memory than one with many.
 */
export async function* linesOf(source: AsyncIterable<string>, max: number): AsyncGenerator<string> {
  let rest = '';
  for await (const piece of source) {
    rest += piece;
    // A CR at the very end may be the first half of a CR LF.
    const whole = rest.endsWith('\r') ? rest.slice(0, -1) : rest;
    const lines = whole.split(/\r\n|\r|\n/);
    const last = (lines.pop() ?? '') + rest.slice(whole.length);
    for (const line of lines) yield yield* longPartsOf(line, max);
    rest = yield* longPartsOf(last, max);
  }
  if (rest.length > 0) yield* rest.split(/\r\n|\r|\n/);
}

/**
 * Gives the parts of a line but its last one, which is no longer than `max` and is given back. Cut at a space where there is one, never
 * inside a character; other white space stays, since a page break is one.
 */
function* longPartsOf(line: string, max: number): Generator<string, string> {
  let rest = line;
  while (rest.length > max) {
    const space = rest.lastIndexOf(' ', max);
    let end = space > max / 2 ? space : max;
    if (/[\uD800-\uDBFF]/.test(rest[end - 1] ?? '')) end -= 1;
    yield rest.slice(0, end);
    while (rest[end] === ' ') end++;
    rest = rest.slice(end);
  }
  return rest;
}
