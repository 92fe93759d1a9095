import { createRequire } from 'node:module';
import type { Log } from '@pressroom/domain';
import { pino } from 'pino';
import { loggableFields } from './loggable.ts';
import { redactText } from './redact.ts';

export interface LoggerOptions {
  /** The process, as `service` on every line: `ingest-worker`. */
  readonly name: string;
  readonly level: 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';
  /** `auto` is pretty on a terminal and JSON elsewhere. */
  readonly format: 'auto' | 'json' | 'pretty';
  /** Where whole lines go; standard output when absent. */
  readonly destination?: { write(line: string): void } | undefined;
}

export interface Logger extends Log {
  fatal(fields: object, message: string): void;
  child(fields: object): Logger;
  /** Everything logged so far has been written when this returns. */
  flush(): void;
}

/** Structured logging, one JSON object a line: `time` (ISO 8601), `level`, `service`, `msg`, and the fields of the call. */
export function createLogger(options: LoggerOptions): Logger {
  const { format, destination: given } = options;
  // Synchronous: what was logged before an exit or a crash is written, and no line is lost in a buffer.
  const file = given === undefined ? pino.destination({ fd: 1, sync: true }) : undefined;
  const target = given ?? file;
  const pretty =
    format === 'pretty' || (format === 'auto' && given === undefined && process.stdout.isTTY === true);
  const prettify = pretty
    ? loadPretty()({ colorize: given === undefined && process.stdout.isTTY === true, ignore: 'pid,service' })
    : (line: string) => line;
  const root = pino(
    {
      level: options.level,
      base: { service: options.name, pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      // Errors come here as plain data; pino's own serialiser would take them apart a second time.
      serializers: { err: (plain: unknown) => plain },
      formatters: { level: (label) => ({ level: label }) },
    },
    {
      write: (line: string) => {
        target?.write(prettify(redactText(line)) ?? '');
      },
    },
  );
  return wrap(root, () => file?.flushSync());
}

/** Only a person's terminal wants it; servers start without its thirty modules. */
function loadPretty(): typeof import('pino-pretty').prettyFactory {
  const load = createRequire(import.meta.url) as (name: string) => typeof import('pino-pretty');
  return load('pino-pretty').prettyFactory;
}

/** Fields are made safe here and not by pino's own redaction, which knows fixed paths only. */
function wrap(logger: pino.Logger, flush: () => void): Logger {
  const at =
    (level: 'debug' | 'info' | 'warn' | 'error' | 'fatal') =>
    (fields: object, message: string): void => {
      if (logger.isLevelEnabled(level)) logger[level](loggableFields(fields), message);
    };
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    fatal: at('fatal'),
    child: (fields) => wrap(logger.child(loggableFields(fields)), flush),
    flush,
  };
}
