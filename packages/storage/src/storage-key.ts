import { PressroomError } from '@pressroom/domain';

const segment = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}$/;

/**
 * Segments of `[A-Za-z0-9._-]` joined by `/`, none of which begins with a dot: nothing that could leave the store's folder
 * or hide in it. Keys are made by our own code, so a bad one is a defect (`internal`), not the caller's mistake.
 */
export function assertStorageKey(key: string): void {
  const valid = key.length <= 512 && key.split('/').every((each) => segment.test(each));
  if (!valid) throw new PressroomError('internal', `Not a storage key: ${JSON.stringify(key.slice(0, 200))}`);
}

/** A key's first segments with the slash: `work/step_1` without it would also name `work/step_10`. */
export function assertStoragePrefix(prefix: string): void {
  if (!prefix.endsWith('/')) {
    throw new PressroomError('internal', `Not a storage prefix: ${JSON.stringify(prefix.slice(0, 200))}`);
  }
  assertStorageKey(prefix.slice(0, -1));
}
