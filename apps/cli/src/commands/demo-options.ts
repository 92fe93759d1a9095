import type { LandscapePictures, PageSize, PictureStyle } from '@pressroom/domain';

export interface DemoOptions {
  /** The user's own photos; without any, samples are drawn. */
  readonly files: readonly string[];
  readonly style: PictureStyle;
  readonly prompt?: string | undefined;
  readonly title?: string | undefined;
  readonly pageSize: PageSize;
  readonly landscape: LandscapePictures;
  readonly out?: string | undefined;
  /** What the user's paths are relative to. */
  readonly workingFolder: string;
  readonly projectFolder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly output: NodeJS.WriteStream;
  readonly signal: AbortSignal;
}
