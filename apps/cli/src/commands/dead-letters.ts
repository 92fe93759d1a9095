import type { DeadLetterListQuery, DeadLetterSummary } from '@pressroom/domain';
import { renderDeadLetter, renderDeadLetterList, renderReplay } from '../operator/render-dead-letter.ts';
import { type ServerOptions, withOperator } from '../operator/server.ts';
import { paintFor } from '../text/palette.ts';

export interface DeadLetterOptions extends ServerOptions {
  readonly json?: boolean | undefined;
  readonly output: Pick<NodeJS.WriteStream, 'write' | 'isTTY'>;
  readonly signal: AbortSignal;
}

const longestPage = 100;

/** Prints the newest dead letters, `most` of them. */
export async function runDeadLetterList(
  options: DeadLetterOptions,
  query: Omit<DeadLetterListQuery, 'cursor' | 'limit'>,
  most: number,
): Promise<void> {
  const { signal } = options;
  const found: DeadLetterSummary[] = [];
  await withOperator(options, async (operator) => {
    const limit = Math.min(most, longestPage);
    for await (const letter of operator.listDeadLetters({ ...query, limit }, { signal })) {
      found.push(letter);
      if (found.length === most) break;
    }
  });
  print(options, found, (paint) => renderDeadLetterList(found, paint));
}

export async function runDeadLetterShow(options: DeadLetterOptions, id: string): Promise<void> {
  const { signal } = options;
  const letter = await withOperator(options, (operator) => operator.getDeadLetter(id, { signal }));
  print(options, letter, (paint) => renderDeadLetter(letter, paint));
}

export async function runDeadLetterReplay(options: DeadLetterOptions, id: string): Promise<void> {
  const { signal } = options;
  const replay = await withOperator(options, (operator) => operator.replayDeadLetter(id, { signal }));
  print(options, replay, () => renderReplay(replay));
}

function print(
  { json, output, environment }: DeadLetterOptions,
  value: unknown,
  render: (paint: ReturnType<typeof paintFor>) => string,
): void {
  output.write(json ? `${JSON.stringify(value, null, 2)}\n` : render(paintFor(output, environment)));
}
