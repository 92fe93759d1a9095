import type { PictureStyle } from '@pressroom/domain';
import type { RgbPicture } from './plane.ts';
import type { RenderedStyle } from './rendered-style.ts';
import { offlineStyles } from './style-catalog.ts';

export interface StyleTask {
  readonly style: PictureStyle;
  readonly picture: RgbPicture;
  readonly longEdge: number;
}

/** What a worker thread runs: pure computing on arrays, so that the thread can be killed at any moment. */
export default function renderStyle({ style, picture, longEdge }: StyleTask): RenderedStyle {
  return offlineStyles[style].render(picture, longEdge);
}
