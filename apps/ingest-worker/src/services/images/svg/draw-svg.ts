import { spawn } from 'node:child_process';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { limitSignal, PressroomError } from '@pressroom/domain';
import { outOfMemoryExit } from './draw-svg-exit.ts';

const defaultTimeoutSeconds = 20;
const script = fileURLToPath(new URL('./draw-svg-process.js', import.meta.url));

/**
 * Draws sanitised text in a process that is killed on abort, after `timeoutSeconds`, or above 768 MiB. Gives a PNG of the size
 * that the text says. Errors thrown: `image-corrupt`, `image-too-complex`; an abort throws the signal's reason.
 */
export async function drawSvg(
  text: string,
  signal: AbortSignal,
  timeoutSeconds: number = defaultTimeoutSeconds,
): Promise<Buffer> {
  signal.throwIfAborted();
  const limited = limitSignal(signal, timeoutSeconds * 1_000);
  const child = spawn(process.execPath, ['--max-old-space-size=256', script], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: {},
    signal: limited.signal,
    killSignal: 'SIGKILL',
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  // A process that dies early closes its end; what matters then is its exit, not the broken pipe.
  child.stdin.on('error', () => {});
  child.stdin.end(text);
  const [output, exit] = await Promise.allSettled([buffer(child.stdout), ended]);
  limited.release();
  signal.throwIfAborted();
  if (limited.timedOut) {
    throw new PressroomError(
      'image-too-complex',
      `The drawing takes longer than ${timeoutSeconds} seconds to draw`,
    );
  }
  if (exit.status === 'rejected') {
    throw new PressroomError('internal', 'The drawing process could not be started', { cause: exit.reason });
  }
  if (exit.value === outOfMemoryExit) {
    throw new PressroomError('image-too-complex', 'The drawing needs too much memory to draw');
  }
  if (exit.value !== 0 || output.status === 'rejected' || output.value.length === 0) {
    throw new PressroomError('image-corrupt', 'The drawing is damaged: it cannot be drawn', {
      cause: new Error(`the drawing process ended with ${exit.value}`),
    });
  }
  return output.value;
}
