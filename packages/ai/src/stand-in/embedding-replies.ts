import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { EmbeddingBehaviour } from './stand-in-behaviour.ts';
import { answerFault, sendWhole } from './stand-in-replies.ts';
import type { StandInEmbedRequest } from './wire-requests.ts';

/** As long as those of a real model that were shortened: of any length but one. */
const vectorLength = 3.7;

/** Does to one call for vectors what the behaviour says. `sameWords` are groups of words that mean the same to this model. */
export async function answerEmbeddings(
  response: ServerResponse,
  behaviour: EmbeddingBehaviour,
  { requests }: StandInEmbedRequest,
  sameWords: readonly (readonly string[])[],
): Promise<void> {
  const vectors = requests.map(({ content, outputDimensionality }) =>
    vectorOf(content.parts[0]?.text ?? '', outputDimensionality, sameWords),
  );
  const send = (sent: readonly (readonly number[])[]): void =>
    sendWhole(response, { embeddings: sent.map((values) => ({ values })) }, 'json');
  switch (behaviour.kind) {
    case 'vectors':
      return send(vectors);
    case 'wrong-number':
      return send(vectors.slice(1));
    case 'wrong-length':
      return send(vectors.map((values) => values.slice(1)));
    case 'zero-vectors':
      return send(vectors.map((values) => values.map(() => 0)));
    default:
      return answerFault(response, behaviour, 'json');
  }
}

function vectorOf(text: string, dimensions: number, sameWords: readonly (readonly string[])[]): number[] {
  const values = new Array<number>(dimensions).fill(0);
  for (const word of text.toLowerCase().match(/\p{L}{4,}/gu) ?? [text]) {
    const meaning = sameWords.find((group) => group.includes(word))?.[0] ?? word;
    const at = createHash('sha256').update(meaning).digest().readUInt32LE() % dimensions;
    values[at] = (values[at] ?? 0) + 1;
  }
  const length = Math.hypot(...values);
  return values.map((value) => (vectorLength * value) / length);
}
