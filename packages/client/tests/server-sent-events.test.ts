import { expect, test } from '@jest/globals';
import { parseServerSentEvents, type ServerSentEvent } from '../src/server-sent-events.ts';

const text =
  ': hello\nretry: 70\n\nid: 1\nevent: a\ndata: {"x":"é€😀"}\n\nid: 2\r\ndata:one\r\ndata: two\r\n\r\ndata\rid: bad\u0000\r\rid: 3\ndata: cut off';

async function parse(chunks: readonly Uint8Array[]) {
  const retries: number[] = [];
  const events: ServerSentEvent[] = [];
  async function* stream() {
    yield* chunks;
  }
  for await (const event of parseServerSentEvents(stream(), { onRetry: (ms) => retries.push(ms) })) {
    events.push(event);
  }
  return { events, retries };
}

const expected = {
  retries: [70],
  events: [
    { id: '1', event: 'a', data: '{"x":"é€😀"}' },
    { id: '2', event: 'message', data: 'one\ntwo' },
    { id: '2', event: 'message', data: '' },
  ],
};

test('reads fields, comments, all line ends, and drops an event that was cut off', async () => {
  expect(await parse([Buffer.from(text)])).toEqual(expected);
});

test('reads the same however the bytes were cut', async () => {
  const bytes = Buffer.from(text);
  for (const size of [1, 2, 3, 7, 16]) {
    const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
      bytes.subarray(index * size, (index + 1) * size),
    );
    expect(await parse(chunks)).toEqual(expected);
  }
});
