export const pictureStyles = ['colouring-page', 'pencil-sketch', 'poster'] as const;
export type PictureStyle = (typeof pictureStyles)[number];

export interface PictureRequest {
  /** An upright sRGB picture as JPEG or PNG, long edge ≤ 2048 px. */
  readonly picture: { readonly bytes: Uint8Array; readonly mediaType: 'image/jpeg' | 'image/png' };
  /** A named style, or the user's own words. */
  readonly style: PictureStyle | { readonly prompt: string };
  readonly signal: AbortSignal;
}

export interface TokenUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

export interface GeneratedPicture {
  readonly bytes: Uint8Array;
  readonly mediaType: 'image/png' | 'image/jpeg' | 'image/webp';
  readonly width: number;
  readonly height: number;
  /** Who made it, for the AI-content note: e.g. `gemini` / `gemini-2.5-flash-image`, `offline` / `xdog-1`. */
  readonly provider: string;
  readonly model: string;
  /** Absent where the provider does not count. */
  readonly usage?: TokenUsage;
}

/**
 * Makes content. Errors thrown: `provider-unavailable`, `provider-timeout`, `provider-throttled` (with `retryAfterMs`),
 * `provider-malformed-answer`, `provider-refused`, `safety-blocked`, `provider-misconfigured`, `prompt-needs-provider`.
 * An abort through the signal throws the signal's own reason.
 */
export interface GenerationProvider {
  readonly name: string;
  readonly pictureModel: string;
  /** Everything beside the photo that decides what comes out, prompt and parameters included: part of a stored result's key. */
  describePicture(style: PictureRequest['style']): Readonly<Record<string, unknown>>;
  /** Tokens that a call may take, rather too many than too few; 0 where none are counted. */
  estimatePictureTokens(style: PictureRequest['style']): number;
  generatePicture(request: PictureRequest): Promise<GeneratedPicture>;
}

export interface EmbeddingRequest {
  /** 1 to `maxEmbeddingTexts` texts, none of them empty. */
  readonly texts: readonly string[];
  /** Passages that are searched, or what they are searched with: some models embed the two differently. */
  readonly purpose: 'document' | 'query';
  readonly signal: AbortSignal;
}

export interface Embeddings {
  /** One for each text, in order: `embeddingDimensions` numbers of unit length, so that a dot product is the cosine. */
  readonly vectors: readonly Float32Array[];
  readonly provider: string;
  readonly model: string;
  /** Tokens that the provider counted, or an estimate where it does not count. */
  readonly tokens: number;
}

/**
 * The part of a provider that turns texts into vectors: texts about the same things get similar ones. Errors thrown: as by
 * {@link GenerationProvider}.
 */
export interface EmbeddingPort {
  readonly name: string;
  /** With the dimensions, and the provider's name, what makes vectors comparable: part of a document's digest. */
  readonly embeddingModel: string;
  readonly embeddingDimensions: number;
  /** Most texts that one call takes. */
  readonly maxEmbeddingTexts: number;
  /** Tokens that a call may take, rather too many than too few; 0 where none are counted. */
  estimateEmbeddingTokens(texts: readonly string[]): number;
  embed(request: EmbeddingRequest): Promise<Embeddings>;
}
