/** What a style makes of a photo. */
export interface RenderedStyle {
  /** PNG without alpha. */
  readonly png: Uint8Array;
  readonly width: number;
  readonly height: number;
}
