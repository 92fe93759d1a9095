import type { MemoryBudget, MemoryUse } from '@pressroom/domain';

export interface SharedMemoryBudget extends MemoryBudget {
  readonly use: MemoryUse;
}

interface Waiting {
  readonly share: number;
  readonly admit: () => void;
}

/**
 * A weighted semaphore over `budgetBytes`. Strictly in the order of the requests: small work never overtakes large work, which
 * under a steady stream of small work would otherwise wait for ever.
 *
 * What always holds: the shares given out add up to `heldBytes` ≤ `budgetBytes`; when somebody waits, the first of them does
 * not fit.
 */
export function createMemoryBudget(budgetBytes: number): SharedMemoryBudget {
  if (!(budgetBytes > 0)) throw new RangeError(`A budget of ${budgetBytes} bytes admits nothing`);
  let held = 0;
  const queue: Waiting[] = [];

  /** Restores the second half of the invariant, after a share came back or a request left. */
  function admitWaiting(): void {
    for (let next = queue[0]; next !== undefined && held + next.share <= budgetBytes; next = queue[0]) {
      queue.shift();
      next.admit();
    }
  }

  function take(share: number): () => void {
    held += share;
    let returned = false;
    return () => {
      if (returned) return;
      returned = true;
      held -= share;
      admitWaiting();
    };
  }

  return {
    acquire: (bytes, { signal, onWait }) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) {
          reject(signal.reason as Error);
          return;
        }
        const share = Math.min(budgetBytes, Math.max(0, Math.ceil(bytes)));
        if (queue.length === 0 && held + share <= budgetBytes) {
          resolve(take(share));
          return;
        }
        const leave = (): void => {
          queue.splice(queue.indexOf(waiting), 1);
          reject(signal.reason as Error);
          admitWaiting();
        };
        const waiting: Waiting = {
          share,
          admit: () => {
            signal.removeEventListener('abort', leave);
            resolve(take(share));
          },
        };
        queue.push(waiting);
        signal.addEventListener('abort', leave, { once: true });
        onWait?.();
      }),
    get use() {
      return { budgetBytes, heldBytes: held, waiting: queue.length };
    },
  };
}
