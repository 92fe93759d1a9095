import type { Clock, Log, StepLogLine } from '@pressroom/domain';
import { loggableFields } from './loggable.ts';
import { redactText } from './redact.ts';

const keptLines = 50;
const maxMessage = 500;
const maxFields = 4_096;

export interface RecordedLog {
  readonly log: Log;
  /** The last lines, oldest first. */
  lines(): readonly StepLogLine[];
}

/** A log that passes everything on and remembers its last fifty lines of every level, as safe to show as those in the log itself. */
export function recordLog(log: Log, clock: Clock): RecordedLog {
  const kept: StepLogLine[] = [];
  const remember = (level: StepLogLine['level'], fields: object, message: string): void => {
    kept.push({
      at: clock.now().toISOString(),
      level,
      message: redactText(message).slice(0, maxMessage),
      fields: boundedFields(fields),
    });
    if (kept.length > keptLines) kept.shift();
  };
  const wrap = (inner: Log, own: object): Log => {
    const at =
      (level: StepLogLine['level']) =>
      (fields: object, message: string): void => {
        inner[level](fields, message);
        remember(level, { ...own, ...fields }, message);
      };
    return {
      debug: at('debug'),
      info: at('info'),
      warn: at('warn'),
      error: at('error'),
      child: (fields) => wrap(inner.child(fields), { ...own, ...fields }),
    };
  };
  return { log: wrap(log, {}), lines: () => [...kept] };
}

function boundedFields(fields: object): Record<string, unknown> {
  const text = redactText(JSON.stringify(loggableFields(fields)));
  if (text.length <= maxFields) return JSON.parse(text) as Record<string, unknown>;
  return { cut: text.slice(0, maxFields) };
}
