import type { GenerationProvider } from '@pressroom/domain';

/** A provider that may hold threads or sockets. Whoever made it closes it. */
export interface ClosableProvider extends GenerationProvider, AsyncDisposable {
  /** Gives everything back; pictures in work are cut. May be called twice. */
  close(): Promise<void>;
}
