import { stat } from 'node:fs/promises';
import type { DocumentLimits } from '../document-limits.ts';
import { documentProblem } from '../document-problem.ts';

/** For formats that can only be read as a whole. Errors thrown: `document-too-large`. */
export async function checkWholeSize(
  path: string,
  limits: Pick<DocumentLimits, 'maxWholeBytes'>,
): Promise<void> {
  const { size } = await stat(path);
  if (size <= limits.maxWholeBytes) return;
  throw documentProblem(
    'document-too-large',
    `A document of this format may have ${limits.maxWholeBytes} bytes at most; this one has ${size}`,
  );
}
