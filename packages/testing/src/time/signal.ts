export interface Signal<T> {
  readonly promise: Promise<T>;
  /** The first call counts; later ones change nothing. */
  resolve(value: T): void;
  reject(reason: unknown): void;
  readonly settled: boolean;
}

/** A promise that the test settles by hand: the way to hold a fake at a point and to learn that it came there. */
export function signal<T = void>(): Signal<T> {
  let settled = false;
  let resolve: (value: T) => void = () => {};
  let reject: (reason: unknown) => void = () => {};
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  // A rejection is for whoever awaits; a test that never comes to it must not die of an unhandled one.
  promise.catch(() => {});
  return {
    promise,
    resolve: (value) => {
      settled = true;
      resolve(value);
    },
    reject: (reason) => {
      settled = true;
      reject(reason);
    },
    get settled() {
      return settled;
    },
  };
}
