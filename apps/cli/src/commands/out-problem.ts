import { access, constants, mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Why the document could not be written to that path, known before anything is started; makes its folder. */
export async function outProblem(outPath: string, example: string): Promise<string | undefined> {
  const there = await stat(outPath).catch(() => undefined);
  if (there?.isDirectory()) return `--out ${outPath} is a folder. Name a file in it, such as ${example}.`;
  const folder = dirname(outPath);
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
    return undefined;
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    return `--out ${outPath} cannot be written: its folder cannot be made or written to (${code}).`;
  }
}
