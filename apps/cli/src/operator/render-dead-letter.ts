import type { DeadLetter, DeadLetterReplay, DeadLetterSummary } from '@pressroom/domain';
import { alignColumns } from '../text/align-columns.ts';
import type { Paint } from '../text/palette.ts';

export function renderDeadLetterList(letters: readonly DeadLetterSummary[], paint: Paint): string {
  if (letters.length === 0) return 'There are no such dead letters.\n';
  const head = ['id', 'gave up', 'step', 'job', 'account', 'error', 'state'];
  const lines = alignColumns([
    head.map((name) => paint('gray', name)),
    ...letters.map((letter) => [
      letter.id,
      letter.createdAt.slice(0, 19),
      letter.step,
      letter.jobId,
      letter.accountId,
      paint('red', letter.error.code),
      stateOf(letter),
    ]),
  ]);
  return `${lines.join('\n')}\n`;
}

export function renderDeadLetter(letter: DeadLetter, paint: Paint): string {
  const title = (text: string): string => paint('bold', text);
  const facts = alignColumns([
    ['state', stateOf(letter)],
    ['step', `${letter.step} (${letter.handler}), ${letter.stepId}`],
    ['job', `${letter.jobId}, round ${letter.round}, generation ${letter.generation}`],
    ['account', letter.accountId],
    ['gave up', letter.createdAt],
  ]);
  const failures = alignColumns(
    letter.failures.map((failure) => [
      failure.at,
      failure.kind,
      `attempt ${failure.attempt}`,
      paint('red', failure.code),
      failure.message,
      failure.worker ?? '',
    ]),
  );
  const logs = letter.logs.map(({ at, level, message, fields }) => {
    return `${at} ${level.padEnd(5)} ${message}${Object.keys(fields).length === 0 ? '' : ` ${JSON.stringify(fields)}`}`;
  });
  const lines = [
    title(letter.id),
    ...facts.map((line) => `  ${line}`),
    '',
    paint('red', `${letter.error.code}: ${letter.error.detail}`),
    paint('gray', letter.error.advice),
    '',
    title('Failures'),
    ...failures.map((line) => `  ${line}`),
    '',
    title('Input'),
    ...JSON.stringify(letter.input, null, 2)
      .split('\n')
      .map((line) => `  ${line}`),
    '',
    title('Log'),
    ...(logs.length === 0 ? ['  nothing was kept'] : logs.map((line) => `  ${line}`)),
  ];
  return `${lines.join('\n')}\n`;
}

export function renderReplay({ deadLetter, steps, round, held }: DeadLetterReplay): string {
  const charge =
    held === 0
      ? 'Nothing was charged: nothing had been given back.'
      : `${held} credits are held again, as they had been given back.`;
  return `${deadLetter.jobId} runs ${steps === 1 ? 'one step' : `${steps} steps`} again, in round ${round}. ${charge}\n`;
}

function stateOf({ replayedAt, replayedBy }: DeadLetterSummary): string {
  return replayedAt === null ? 'open' : `replayed by ${replayedBy} at ${replayedAt.slice(0, 19)}`;
}
