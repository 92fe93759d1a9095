import type { Log } from '@pressroom/domain';

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

export declare function createLogger(options: LoggerOptions): Logger;
