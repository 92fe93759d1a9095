import type { JobExplanation } from '@pressroom/domain';
import { alignColumns } from '../text/align-columns.ts';
import type { Colour, Paint } from '../text/palette.ts';

export interface RenderOptions {
  readonly paint: Paint;
  /** Also the steps that have succeeded. */
  readonly all: boolean;
}

type Step = JobExplanation['steps'][number];

const statusColours: Readonly<Record<string, Colour>> = {
  succeeded: 'green',
  running: 'cyan',
  failed: 'red',
  cancelled: 'yellow',
  skipped: 'yellow',
};

/** An explanation for a person at a terminal: the sentence first, then why, the steps, and what it cost. */
export function renderExplanation(explanation: JobExplanation, { paint, all }: RenderOptions): string {
  const { reasons, steps, progress, queue } = explanation;
  const title = (text: string): string => paint('bold', text);
  const shown = all ? steps : steps.filter((step) => step.status !== 'succeeded');
  const hidden = steps.length - shown.length;
  const lines = [
    `${title(explanation.jobId)}  ${status(explanation.status, paint)}  ${explanation.kind}, generation ${explanation.generation}, round ${explanation.round}${explanation.accountId === undefined ? '' : `, ${explanation.accountId}`}`,
    '',
    title(explanation.summary),
    ...(explanation.advice === null ? [] : [paint('gray', explanation.advice)]),
    '',
    ...(queue.asked ? [] : [paint('yellow', `The queue could not be asked: ${queue.problem}`), '']),
    ...(reasons.length === 0 ? [] : [title('Why'), ...indent(reasonLines(explanation, paint)), '']),
    title(`Steps`) + paint('gray', `  ${progress.done} of ${progress.total} have ended`),
    ...indent(stepLines(shown, paint)),
    ...(hidden === 0 ? [] : [paint('gray', `  ${hidden} more have succeeded (--all shows them)`)]),
    '',
    title('Cost'),
    ...indent(costLines(explanation)),
    '',
    title('Times'),
    ...indent(timeLines(explanation)),
  ];
  return `${lines.join('\n')}\n`;
}

function reasonLines({ reasons }: JobExplanation, paint: Paint): readonly string[] {
  return alignColumns(
    reasons.map(({ code, message, until, steps, stepCount }) => [
      paint('yellow', code),
      stepCount === 0 ? '' : namesOf(steps, stepCount),
      until === null ? '' : `until ${clock(until)}`,
      message,
    ]),
  );
}

function namesOf(steps: readonly string[], count: number): string {
  const named = steps.slice(0, 3);
  return count > named.length ? `${named.join(', ')} and ${count - named.length} more` : named.join(', ');
}

function stepLines(steps: readonly Step[], paint: Paint): readonly string[] {
  if (steps.length === 0) return [];
  const head = ['step', 'status', 'attempt', 'stage', 'queue', 'lost', 'waited', 'held by', 'last error'];
  const table = alignColumns([
    head.map((name) => paint('gray', name)),
    ...steps.map((step) => {
      const last = step.failures.at(-1);
      return [
        step.key,
        status(step.status, paint),
        `${step.attempt}/${step.attempts}`,
        step.stage ?? '–',
        step.queue === null ? '–' : (step.queue.state ?? 'not asked'),
        step.losses === 0 ? '–' : String(step.losses),
        step.throttledMs === 0 ? '–' : `${Math.round(step.throttledMs / 1_000)} s`,
        heldBy(step),
        last === undefined ? '' : paint('red', `${clock(last.at)} ${last.code}: ${last.message}`),
      ];
    }),
  ]);
  return table;
}

function heldBy({ heldBy: holder, heldSince, worker, retryAt }: Step): string {
  if (heldSince !== null) return `${holder ?? `a ${worker} worker`} since ${clock(heldSince)}`;
  return retryAt === null ? '–' : `not before ${clock(retryAt)}`;
}

function costLines({ cost }: JobExplanation): readonly string[] {
  const { calls, tokens } = cost;
  return alignColumns([
    ...cost.rounds.map(({ round, held, captured, refunded }) => [
      `round ${round}`,
      `held ${held}`,
      `captured ${captured ?? '–'}`,
      `refunded ${refunded ?? '–'}`,
    ]),
    [
      'calls',
      `made ${calls.made}`,
      `offline ${calls.offline}`,
      `saved ${calls.saved}`,
      `tokens ${tokens.input} in, ${tokens.output} out`,
    ],
  ]);
}

function timeLines(explanation: JobExplanation): readonly string[] {
  const moments: readonly (readonly [string, string | null])[] = [
    ['now', explanation.at],
    ['submitted', explanation.createdAt],
    ['not before', explanation.delayUntil],
    ['admitted', explanation.admittedAt],
    ['in the queue', explanation.enqueuedAt],
    ['settled', explanation.settledAt],
    ['deadline', explanation.deadline],
  ];
  return alignColumns(moments.flatMap(([name, at]) => (at === null ? [] : [[name, at]])));
}

function status(name: string, paint: Paint): string {
  const colour = statusColours[name];
  return colour === undefined ? name : paint(colour, name);
}

/** The time of a moment: the day is among the job's times. */
function clock(moment: string): string {
  return moment.slice(11, 19);
}

function indent(lines: readonly string[]): readonly string[] {
  return lines.map((line) => `  ${line}`);
}
