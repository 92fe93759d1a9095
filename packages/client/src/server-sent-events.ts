export interface ServerSentEvent {
  readonly id: string | undefined;
  readonly event: string;
  readonly data: string;
}

export interface ParsedStream {
  readonly onRetry?: (ms: number) => void;
}

/** More than this without an end of line is no event stream. */
const longestLine = 4 * 1024 * 1024;

/** Reads an event stream (WHATWG HTML, 9.2.6). What was cut off in the middle of an event is dropped, as the standard says. */
export async function* parseServerSentEvents(
  chunks: AsyncIterable<Uint8Array>,
  options: ParsedStream = {},
): AsyncGenerator<ServerSentEvent, void, void> {
  let id: string | undefined;
  let event = '';
  let data: string[] = [];
  for await (const line of readLines(chunks)) {
    if (line === '') {
      if (data.length > 0) yield { id, event: event || 'message', data: data.join('\n') };
      event = '';
      data = [];
      continue;
    }
    const colon = line.indexOf(':');
    if (colon === 0) continue;
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'data') data.push(value);
    else if (field === 'event') event = value;
    else if (field === 'id' && !value.includes('\u0000')) id = value;
    else if (field === 'retry' && /^\d{1,9}$/.test(value)) options.onRetry?.(Number(value));
  }
}

/** Lines end with CR LF, LF or CR; a CR LF may be cut in two. */
async function* readLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, void> {
  const decoder = new TextDecoder();
  let rest = '';
  let skipLineFeed = false;
  for await (const chunk of chunks) {
    let text = decoder.decode(chunk, { stream: true });
    if (skipLineFeed && text !== '') {
      if (text.startsWith('\n')) text = text.slice(1);
      skipLineFeed = false;
    }
    if (text.endsWith('\r')) skipLineFeed = true;
    const lines = (rest + text).split(/\r\n|\n|\r/);
    rest = lines.pop() ?? '';
    if (rest.length > longestLine) throw new Error('A line of the event stream is too long');
    yield* lines;
  }
}
