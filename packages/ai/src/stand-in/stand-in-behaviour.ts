/** What the stand-in can be told to do with a call of any sort. */
export type FaultBehaviour =
  | { readonly kind: 'prompt-blocked'; readonly reason?: string }
  | { readonly kind: 'finish'; readonly reason: string }
  | { readonly kind: 'throttle'; readonly retryDelay?: string; readonly retryAfterHeader?: string }
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly message?: string;
      /** Instead of a JSON error: what a proxy in between would say. */
      readonly html?: boolean;
    }
  /** Takes the call and says nothing. */
  | { readonly kind: 'hang' }
  /** Sends a first piece of the answer and then nothing. */
  | { readonly kind: 'stall-mid-answer' }
  | { readonly kind: 'truncated-json' }
  | { readonly kind: 'not-an-object' }
  | { readonly kind: 'cut-connection' }
  | { readonly kind: 'cut-mid-answer' }
  /** An answer that never ends, as fast as it is read. */
  | { readonly kind: 'endless-answer' }
  | { readonly kind: 'redirect'; readonly location: string };

/** Of a call for a picture. */
export type StandInBehaviour =
  | FaultBehaviour
  /** Answers with the sent picture in grey, or with `bytes`. */
  | { readonly kind: 'picture'; readonly bytes?: Uint8Array; readonly mediaType?: string }
  /** A draft marked as a thought comes before the picture. */
  | { readonly kind: 'picture-after-draft' }
  | { readonly kind: 'text-only' }
  | { readonly kind: 'malformed-base64' }
  /** Says image/png and sends something else. */
  | { readonly kind: 'wrong-bytes' }
  | { readonly kind: 'truncated-picture' };

/** Of a call for JSON of a shape. */
export type ObjectBehaviour =
  | FaultBehaviour
  /** Answers from the prompt's own passages and findings, so that what it cites is true. */
  | { readonly kind: 'object' }
  /** Answers with this, whatever was asked. */
  | { readonly kind: 'written'; readonly object: object }
  /** The same, but for its first citation, whose words are in no passage; in a reduction, a finding that was not given. */
  | { readonly kind: 'bad-citation' }
  /** The text of the answer stops in the middle, though the stream ends as it should. */
  | { readonly kind: 'broken-json' }
  /** JSON that is not of the shape that was asked for. */
  | { readonly kind: 'wrong-shape' }
  /** The stream is over before its last piece, which says that the answer is whole. */
  | { readonly kind: 'early-end' }
  /** One of the stream's pieces is no JSON. */
  | { readonly kind: 'broken-event' };

/** Of a call for vectors. */
export type EmbeddingBehaviour =
  | FaultBehaviour
  /** Texts with common words get similar vectors, which are of no unit length. */
  | { readonly kind: 'vectors' }
  /** One vector too few. */
  | { readonly kind: 'wrong-number' }
  /** Vectors of one number too few. */
  | { readonly kind: 'wrong-length' }
  | { readonly kind: 'zero-vectors' };
