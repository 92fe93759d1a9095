import { PressroomError } from '@pressroom/domain';
import type { Response } from 'express';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

/** Requests that each account may send, counted in this process. */
export interface RequestRate {
  /** @throws PressroomError `rate-limited` */
  spend(accountId: string, response: Response): Promise<void>;
}

const windowSeconds = 60;

/** Headers after draft-ietf-httpapi-ratelimit-headers-10. */
export function createRequestRate(requestsPerMinute: number): RequestRate {
  const limiter = new RateLimiterMemory({ points: requestsPerMinute, duration: windowSeconds });
  return {
    spend: async (accountId, response) => {
      const state = await consume(limiter, accountId);
      const resetSeconds = Math.ceil(state.msBeforeNext / 1_000);
      response.setHeader('RateLimit-Policy', `"account";q=${requestsPerMinute};w=${windowSeconds}`);
      response.setHeader('RateLimit', `"account";r=${Math.max(0, state.remainingPoints)};t=${resetSeconds}`);
      if (state.consumedPoints <= requestsPerMinute) return;
      throw new PressroomError(
        'rate-limited',
        `This account may send ${requestsPerMinute} requests in a minute`,
        { retryAfterMs: state.msBeforeNext, facts: { requestsPerMinute } },
      );
    },
  };
}

/** Guesses at the operator's token that one address may make. */
export interface GuessLimit {
  /** @throws PressroomError `rate-limited` when the address has guessed wrong too often */
  check(address: string): Promise<void>;
  wrong(address: string): Promise<void>;
}

export function createGuessLimit(guessesPerMinute: number): GuessLimit {
  const limiter = new RateLimiterMemory({ points: guessesPerMinute, duration: windowSeconds });
  return {
    check: async (address) => {
      const state = await limiter.get(address);
      if (state === null || state.consumedPoints < guessesPerMinute) return;
      throw new PressroomError('rate-limited', 'Too many wrong attempts from this address', {
        retryAfterMs: state.msBeforeNext,
      });
    },
    wrong: async (address) => {
      await consume(limiter, address);
    },
  };
}

/** The limiter rejects with its state where the limit is passed. */
async function consume(limiter: RateLimiterMemory, key: string): Promise<RateLimiterRes> {
  try {
    return await limiter.consume(key);
  } catch (refusal) {
    if (refusal instanceof RateLimiterRes) return refusal;
    throw refusal;
  }
}
