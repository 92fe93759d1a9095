import { styleText } from 'node:util';

export type Colour = 'red' | 'yellow' | 'green' | 'cyan' | 'gray' | 'bold';
export type Paint = (colour: Colour, text: string) => string;

/** Colours on a terminal, and nothing else: what goes into a file or a pipe stays plain. */
export function paintFor(
  output: { readonly isTTY?: boolean },
  environment: Readonly<Record<string, string | undefined>>,
): Paint {
  const isColoured = output.isTTY === true && (environment['NO_COLOR'] ?? '') === '';
  return (colour, text) => (isColoured ? styleText(colour, text, { validateStream: false }) : text);
}
