import type { PictureStyle } from '@pressroom/domain';
import { renderColouringPage } from './colouring-page.ts';
import { renderPencilSketch } from './pencil-sketch.ts';
import type { RgbPicture } from './plane.ts';
import { renderPoster } from './poster.ts';
import type { RenderedStyle } from './rendered-style.ts';

export interface OfflineStyle {
  /** Printed in the AI-content note and part of stored-result keys: raise the number when the output changes. */
  readonly model: string;
  /** Long edge in pixels at which the photo is looked at; what is drawn from it has the print size. */
  readonly workingEdge: number;
  readonly render: (picture: RgbPicture, longEdge: number) => RenderedStyle;
}

/** Every style that works without a provider. A picture style that is missing here does not compile. */
export const offlineStyles = {
  'colouring-page': { model: 'xdog-3', workingEdge: 768, render: renderColouringPage },
  'pencil-sketch': { model: 'pencil-2', workingEdge: 960, render: renderPencilSketch },
  poster: { model: 'poster-2', workingEdge: 960, render: renderPoster },
} as const satisfies Record<PictureStyle, OfflineStyle>;
