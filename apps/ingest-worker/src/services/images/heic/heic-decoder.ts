import { limitSignal, PressroomError } from '@pressroom/domain';
import { Piscina } from 'piscina';
import type { HeicResult, HeicTask } from './heic-thread.ts';

export interface HeicDecodeOptions {
  /** Attached to the result, so that whoever reads it converts the colours. */
  readonly iccProfile: Uint8Array | undefined;
  readonly maxPixels: number;
  readonly signal: AbortSignal;
}

export interface HeicDecoder {
  /**
   * The primary picture as an uncompressed TIFF, upright, 8-bit RGB(A). The bytes' memory is handed over and cannot be
   * used afterwards. Errors thrown: `image-corrupt`, `image-too-complex`; an abort throws the signal's reason and ends the thread.
   */
  decode(bytes: Buffer<ArrayBuffer>, options: HeicDecodeOptions): Promise<Uint8Array>;
  close(): Promise<void>;
}

export interface HeicDecoderOptions {
  /** Pictures decoded at the same time; each may take up to {@link maxMemoryBytes}. */
  readonly threads?: number;
  readonly maxMemoryBytes?: number;
  readonly timeoutSeconds?: number;
}

const mebibyte = 1024 * 1024;

/** HEVC pictures through libheif in WebAssembly. Threads start with the first picture and end after half a minute idle. */
export function createHeicDecoder(options: HeicDecoderOptions = {}): HeicDecoder {
  const { threads = 1, maxMemoryBytes = 1_024 * mebibyte, timeoutSeconds = 60 } = options;
  let pool: Piscina<HeicTask, HeicResult> | undefined;
  const openPool = (): Piscina<HeicTask, HeicResult> =>
    new Piscina<HeicTask, HeicResult>({
      filename: new URL('./heic-thread.js', import.meta.url).href,
      minThreads: 0,
      maxThreads: threads,
      idleTimeout: 30_000,
      recordTiming: false,
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: 128 },
    });
  return {
    async decode(bytes, { iccProfile, maxPixels, signal }) {
      signal.throwIfAborted();
      pool ??= openPool();
      const limited = limitSignal(signal, timeoutSeconds * 1_000);
      const task: HeicTask = { bytes, iccProfile, maxPixels, maxMemoryBytes };
      let result: HeicResult;
      try {
        result = await pool.run(task, {
          transferList: [bytes.buffer],
          signal: limited.signal,
        });
      } catch (error) {
        signal.throwIfAborted();
        throw new PressroomError(
          limited.timedOut ? 'image-too-complex' : 'image-corrupt',
          limited.timedOut
            ? `The HEIC picture could not be decoded within ${timeoutSeconds} seconds`
            : 'The HEIC picture is damaged: its pixels cannot be decoded',
          { cause: error },
        );
      } finally {
        limited.release();
      }
      if (result instanceof Uint8Array || ArrayBuffer.isView(result)) return result as Uint8Array;
      const cause = new Error(`libheif: ${result.failure}`);
      if (result.outOfMemory === true) {
        throw new PressroomError(
          'image-too-complex',
          `The HEIC picture needs more than ${Math.round(maxMemoryBytes / mebibyte)} MiB of memory to decode`,
          { cause },
        );
      }
      throw new PressroomError('image-corrupt', 'The HEIC picture is damaged: its pixels cannot be decoded', {
        cause,
      });
    },
    async close() {
      const closing = pool;
      pool = undefined;
      await closing?.destroy();
    },
  };
}
