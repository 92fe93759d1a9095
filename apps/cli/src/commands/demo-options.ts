import type { LandscapePictures, PageSize, PictureStyle } from '@pressroom/domain';

/** What a demo takes from where it is started. */
export interface DemoSurroundings {
  /** What the user's paths are relative to. */
  readonly workingFolder: string;
  readonly projectFolder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly output: NodeJS.WriteStream;
  readonly signal: AbortSignal;
}

export interface DemoOptions extends DemoSurroundings {
  /** The user's own photos; without any, samples are drawn. */
  readonly files: readonly string[];
  readonly style: PictureStyle;
  readonly prompt?: string | undefined;
  readonly title?: string | undefined;
  readonly pageSize: PageSize;
  readonly landscape: LandscapePictures;
  readonly out?: string | undefined;
}

export interface DemoReportOptions extends DemoSurroundings {
  /** Files and addresses. */
  readonly documents: readonly string[];
  readonly question?: string | undefined;
  readonly title?: string | undefined;
  readonly pageSize: PageSize;
  readonly out?: string | undefined;
}

/** 0: everything is in the document. 1: there is none. 2: there is one, and some of what was given is not in it. */
export type DemoExitCode = 0 | 1 | 2;
