import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { test } from '@jest/globals';

const run = promisify(execFile);

async function isInstalled(tool: string): Promise<boolean> {
  try {
    await run(tool, [tool === 'qpdf' ? '--version' : '-v']);
    return true;
  } catch {
    return false;
  }
}

const installed = {
  qpdf: await isInstalled('qpdf'),
  pdfinfo: await isInstalled('pdfinfo'),
  pdftotext: await isInstalled('pdftotext'),
  pdffonts: await isInstalled('pdffonts'),
  pdftoppm: await isInstalled('pdftoppm'),
} as const;

/** A test that needs a program of another maker; shown as skipped where it is not installed. */
export function testWith(tool: keyof typeof installed, name: string, body: () => Promise<void>): void {
  if (installed[tool]) test(name, body);
  else test.skip(`${name} (needs ${tool})`, body);
}

/** What the program printed; rejects when it ended with an error. */
export async function runTool(tool: keyof typeof installed, ...args: string[]): Promise<string> {
  const { stdout } = await run(tool, args, { maxBuffer: 64 * 1024 * 1024 });
  return stdout;
}
