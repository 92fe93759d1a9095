import sharp from 'sharp';

export interface SharpPlan {
  /** Pictures that the worker should have in hand at the same time. */
  readonly picturesInFlight: number;
}

/**
 * Sets sharp up for a whole process; call it once, from `main`. Every picture is seen once, so libvips' operation cache
 * would only hold memory. Pictures, not threads inside one picture, are to fill the cores, which bounds the
 * threads of a process by its pictures in hand. The figure is capped at 4, the size of libuv's thread pool, which runs every decode.
 */
export function configureSharp(options: { readonly cores: number }): SharpPlan {
  sharp.cache(false);
  sharp.concurrency(1);
  return { picturesInFlight: Math.min(4, Math.max(2, options.cores)) };
}
