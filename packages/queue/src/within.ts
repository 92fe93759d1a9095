/** The result of `work`, or an error after `limitMs`: a queue that is out of reach keeps commands waiting for ever. */
export async function within<Result>(
  limitMs: number,
  work: Promise<Result>,
  cut?: AbortSignal,
): Promise<Result> {
  let giveUp = (): void => {};
  const late = new Promise<never>((_, reject) => {
    giveUp = () => reject(new Error(`The queue did not answer within ${limitMs} ms`));
  });
  const timer = setTimeout(giveUp, limitMs);
  cut?.addEventListener('abort', giveUp);
  if (cut?.aborted === true) giveUp();
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    cut?.removeEventListener('abort', giveUp);
  }
}
