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
    rest = (lines.pop() ?? '') + rest.slice(whole.length);
    yield* lines;
    while (rest.length > max) {
      const space = rest.lastIndexOf(' ', max);
      const end = space > max / 2 ? space : max;
      yield rest.slice(0, end);
      rest = rest.slice(end).trimStart();
    }
  }
  if (rest.length > 0) yield* rest.split(/\r\n|\r|\n/);
}
