/** Cuts text into pieces of at most `max` UTF-16 units, at the last white space of each where there is one; never inside a character. */
export function* cutText(text: string, max: number): Generator<string> {
  let rest = text;
  while (rest.length > max) {
    const space = rest.slice(0, max).search(/\s\S*$/);
    let end = space > max / 2 ? space : max;
    // Between the halves of a surrogate pair there is no place to cut.
    if (/[\uD800-\uDBFF]/.test(rest[end - 1] ?? '')) end -= 1;
    yield rest.slice(0, end);
    rest = rest.slice(end).trimStart();
  }
  if (rest.length > 0) yield rest;
}
