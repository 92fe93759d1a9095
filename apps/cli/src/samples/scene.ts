import type { Paintbox } from './paintbox.ts';
import type { SeededRandom } from './seeded-random.ts';

/** What a camera would have pointed at: drawn back to front, in pixels of the upright picture. */
export interface Scene {
  readonly name: string;
  /** A caption of a few words. */
  readonly title: string;
  readonly width: number;
  readonly height: number;
  draw(paint: Paintbox, random: SeededRandom): SceneDrawing;
}

export interface SceneDrawing {
  /** SVG elements of what lies out of focus; they cover the whole picture. */
  readonly far: string;
  /** How far out of focus: the standard deviation of the blur in pixels, at least 2. */
  readonly blur: number;
  /** SVG elements in focus, in front of the far ones. */
  readonly near: string;
  /** Where the light comes from, in parts of the picture's width and height, and its colour, `#rrggbb`. */
  readonly light: { readonly x: number; readonly y: number; readonly colour: string };
}

export const landscape = { width: 2400, height: 1800 } as const;
export const portrait = { width: 1800, height: 2400 } as const;
