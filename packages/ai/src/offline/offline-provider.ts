import { type GeneratedPicture, type PictureRequest, PressroomError } from '@pressroom/domain';
import { Piscina } from 'piscina';
import type { ClosableProvider } from '../closable-provider.ts';
import { decodePicture } from './decode-picture.ts';
import type { RenderedStyle } from './rendered-style.ts';
import { offlineStyles } from './style-catalog.ts';
import type { StyleTask } from './style-thread.ts';

export interface OfflineProviderOptions {
  /** Threads that draw at the same time; each needs about 150 MB at its peak. Default 1. */
  readonly threads?: number;
  /** The long edge of what is made, in pixels. Default 2048: 190 dpi on A4. */
  readonly longEdge?: number;
}

/**
 * Makes pictures without any service: image processing on worker threads, started with the first picture and ended
 * after half a minute without work. Same picture and style, same bytes. An abort kills the thread at once.
 * Throws `prompt-needs-provider` for a free prompt and `provider-refused` for bytes that are no picture.
 */
export function createOfflineProvider(options: OfflineProviderOptions = {}): ClosableProvider {
  const { threads = 1, longEdge = 2048 } = options;
  const pool = new Piscina<StyleTask, RenderedStyle>({
    filename: new URL('./style-thread.js', import.meta.url).href,
    minThreads: 0,
    maxThreads: threads,
    idleTimeout: 30_000,
    resourceLimits: { maxOldGenerationSizeMb: 512 },
    // The thread gets nothing that it does not need, secrets of the environment least of all.
    env: {},
    // Flags of the main process (a debugger's, a test runner's) are not for the threads.
    execArgv: [],
  });

  let closed = false;

  return {
    name: 'offline',
    pictureModel: Object.values(offlineStyles)
      .map(({ model }) => model)
      .join('+'),
    describePicture: (style) =>
      typeof style === 'string' ? { style, model: offlineStyles[style].model, longEdge } : { style },
    estimatePictureTokens: () => 0,
    generatePicture,
    close,
    [Symbol.asyncDispose]: close,
  };

  async function generatePicture({ picture, style, signal }: PictureRequest): Promise<GeneratedPicture> {
    signal.throwIfAborted();
    if (typeof style !== 'string') {
      throw new PressroomError(
        'prompt-needs-provider',
        'A free prompt needs an online provider; none is set up',
      );
    }
    const { workingEdge, model } = offlineStyles[style];
    const decoded = await decodePicture(picture.bytes, workingEdge);
    signal.throwIfAborted();
    const task: StyleTask = { style, picture: decoded, longEdge };
    const rendered = await draw(task, signal);
    return {
      bytes: rendered.png,
      mediaType: 'image/png',
      width: rendered.width,
      height: rendered.height,
      provider: 'offline',
      model,
    };
  }

  async function close(): Promise<void> {
    closed = true;
    await pool.destroy();
  }

  async function draw(task: StyleTask, signal: AbortSignal): Promise<RenderedStyle> {
    // A destroyed pool would start new threads for a late task, and nobody would end them.
    if (closed) throw new PressroomError('provider-unavailable', 'The offline provider is closed');
    try {
      return await pool.run(task, { signal, transferList: [task.picture.data.buffer as ArrayBuffer] });
    } catch (cause) {
      signal.throwIfAborted();
      throw new PressroomError(
        'provider-unavailable',
        'The drawing thread ended before the picture was made',
        {
          cause,
        },
      );
    }
  }
}
