import type { LandscapePictures, PageSize } from '@pressroom/domain';

/** One picture of the book, as a file that the setting thread can read. */
export interface BookPicture {
  /** Position of its photo in the job, from 0. */
  readonly photo: number;
  /** Empty for none. */
  readonly caption: string;
  /** Path of a local file with the picture's bytes. */
  readonly file: string;
  readonly provider: string;
  readonly model: string;
  /** Another provider than the one that was asked for, which could not be had. */
  readonly insteadOf?: string | undefined;
}

/** Everything that the pages are made from. The same content gives the same bytes. */
export interface BookContent {
  readonly title: string;
  readonly author?: string | undefined;
  /** BCP 47 language of title and captions; what the book itself adds is in English. */
  readonly language: string;
  readonly pageSize: PageSize;
  readonly landscapePictures: LandscapePictures;
  /** In page order; at least one. */
  readonly pictures: readonly BookPicture[];
  /** Positions (from 0) of photos that could not be used. */
  readonly leftOut: readonly number[];
}

export interface BookSummary {
  readonly pages: number;
  /** Print-quality remarks, one sentence each. */
  readonly preflight: readonly string[];
  readonly bytes: number;
}
