import { spawn } from 'node:child_process';
import { getEventListeners, once } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from '@jest/globals';
import { limitSignal, linkSignals } from '@pressroom/domain';

describe('linkSignals', () => {
  test('aborts with the first reason and lets go of the others', () => {
    const [shutdown, cancel] = [new AbortController(), new AbortController()];
    const linked = linkSignals(shutdown.signal, undefined, cancel.signal);
    cancel.abort('cancelled');
    shutdown.abort('SIGTERM');
    expect(linked.signal.reason).toBe('cancelled');
    expect(getEventListeners(shutdown.signal, 'abort')).toEqual([]);
  });

  test('is aborted from the start when a source is', () => {
    const other = new AbortController();
    const linked = linkSignals(other.signal, AbortSignal.abort('before'));
    expect(linked.signal.reason).toBe('before');
    expect(getEventListeners(other.signal, 'abort')).toEqual([]);
  });

  test('no longer follows its sources after release', () => {
    const source = new AbortController();
    const linked = linkSignals(source.signal);
    linked.release();
    source.abort();
    expect(linked.signal.aborted).toBe(false);
  });
});

describe('limitSignal', () => {
  test('aborts with its source and lets go of it', () => {
    const source = new AbortController();
    const limited = limitSignal(source.signal, 60_000);
    source.abort('cancelled');
    expect(limited.signal.reason).toBe('cancelled');
    expect(limited.timedOut).toBe(false);
    expect(getEventListeners(source.signal, 'abort')).toEqual([]);
  });

  test('never times out after release', () => {
    const source = new AbortController();
    const limited = limitSignal(source.signal, 1);
    limited.release();
    source.abort();
    expect([limited.signal.aborted, limited.timedOut]).toEqual([false, false]);
  });

  // What `AbortSignal.any` with `AbortSignal.timeout` fails on Node 20: a step would wait for ever for what it had given a time.
  test('ends what waits for it also when the collector has run meanwhile and nothing else holds it (invariant 6)', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const { signal } = new AbortController();
    const ends = Array.from({ length: 5 }, async () => {
      const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], {
        stdio: 'ignore',
        signal: limitSignal(signal, 200).signal,
        killSignal: 'SIGKILL',
      });
      child.on('error', () => {});
      await once(child, 'spawn');
      const exited = new Promise((resolve) =>
        child.once('exit', (code, killedBy) => resolve([code, killedBy])),
      );
      collect();
      return await exited;
    });
    expect(await Promise.all(ends)).toEqual(Array.from({ length: 5 }, () => [null, 'SIGKILL']));
  });
});
