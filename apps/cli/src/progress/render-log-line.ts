import { styleText } from 'node:util';

const colours = { debug: 'gray', warn: 'yellow', error: 'red', fatal: 'red' } as const;
/** Said by the line's head, or the same on every line of a process. */
const hidden: readonly string[] = ['time', 'level', 'service', 'pid', 'msg', 'err'];
const nameWidth = 'generate-worker'.length;

/** A line that a process of the system printed, for a person's eyes: JSON as time, name, message and fields; all else as it is. */
export function renderLogLine(name: string, line: string, isColoured: boolean): string {
  const paint = (colour: Parameters<typeof styleText>[0], text: string): string =>
    isColoured ? styleText(colour, text, { validateStream: false }) : text;
  const head = name.padEnd(nameWidth);
  const entry = parseLogLine(line);
  if (entry === undefined) return `${paint('cyan', head)} ${line}`;
  const { time, level, msg, err } = entry;
  const clock = /T(\d\d:\d\d:\d\d)/.exec(String(time))?.[1] ?? '        ';
  const colour = colours[level as keyof typeof colours];
  const mark = colour === undefined ? '' : `${paint(colour, String(level).toUpperCase())} `;
  const fields = Object.entries(entry)
    .filter(([field]) => !hidden.includes(field))
    .map(([field, value]) => ` ${field}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join('');
  const first = `${paint('gray', clock)} ${paint('cyan', head)} ${mark}${String(msg)}${paint('gray', fields)}`;
  return err === undefined ? first : `${first}\n${renderError(err)}`;
}

/** The fields of a line that a logger wrote; undefined for any other line. */
export function parseLogLine(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const value = JSON.parse(line) as Record<string, unknown>;
    return typeof value['msg'] === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

interface LoggedError {
  readonly code?: string;
  readonly message?: string;
  readonly stack?: string;
  readonly cause?: unknown;
}

/** The stack, and below it what caused it, each indented under its line. */
function renderError(err: unknown): string {
  const { stack, message, code, cause } = (err ?? {}) as LoggedError;
  const own = `${code === undefined ? '' : `[${code}] `}${stack ?? message ?? JSON.stringify(err)}`;
  const indented = own.replaceAll(/^/gm, '    ');
  return cause === undefined ? indented : `${indented}\n    because of\n${renderError(cause)}`;
}
