import type { LandscapePictures, LearningStyle, PageSize, PictureStyle, SkillLevel } from '@pressroom/domain';

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

export interface DemoPlanOptions extends DemoSurroundings {
  readonly topic: string;
  /** Files and addresses. */
  readonly sources: readonly string[];
  readonly level: SkillLevel;
  /** A week. */
  readonly hours: number;
  readonly style: LearningStyle;
  /** ISO 8601 dates. */
  readonly start: string;
  readonly deadline?: string | undefined;
  readonly notes?: string | undefined;
  readonly pageSize: PageSize;
  readonly out?: string | undefined;
}

/** 0: everything is in the document. 1: there is none. 2: there is one, and some of what was given is not in it. */
export type DemoExitCode = 0 | 1 | 2;
