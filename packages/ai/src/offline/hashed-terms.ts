import { languageByCommonWords, withoutCommonWords, wordsOf } from '@pressroom/domain';

/** Changed when the same text gets another vector. */
export const hashedTermsModel = 'hashed-terms-1';
/** A power of two. At this many a collision of hashes weighs less than one common word does. */
export const hashedTermsDimensions = 2_048;

/** What a piece of a word weighs beside the word: inflections of a word are alike, and not as alike as the word and itself. */
const pieceWeight = 0.3;
const pieceLength = 4;
/** Characters of the shortest word that has pieces. */
const shortestDivided = 4;

/**
 * A text as a vector of unit length, without a model: its words, and the pieces of four letters of its longer words, so that `pump` and
 * `pumps` are alike, put by their hashes into a fixed number of places with signs of their own (Weinberger, Dasgupta, Langford, Smola,
 * Attenberg: "Feature Hashing for Large Scale Multitask Learning", ICML 2009). How often a word occurs counts by its logarithm;
 * common words of the text's language do not count. The same text gives the same vector, in every process.
 */
export function hashedTermVector(text: string): Float32Array {
  const sums = new Float64Array(hashedTermsDimensions);
  for (const [feature, weight] of featuresOf(text)) {
    const hash = hashOf(feature);
    // The sign comes from a bit that has no part in the place.
    const at = hash & (hashedTermsDimensions - 1);
    sums[at] = (sums[at] ?? 0) + (hash < 0 ? -weight : weight);
  }
  const length = Math.hypot(...sums);
  // Signs may take each other away altogether; a vector of no direction is like nothing and has no length.
  if (length === 0) sums[0] = 1;
  return Float32Array.from(sums, (sum) => (length === 0 ? sum : sum / length));
}

function featuresOf(text: string): Map<string, number> {
  const words = wordsOf(text, 'und');
  const telling = withoutCommonWords(words, languageByCommonWords(words) ?? 'und');
  // A question of common words alone is compared by these; signs and emoji by themselves.
  const terms = telling.length > 0 ? telling : words.map(({ term }) => term);
  const counts = new Map<string, number>();
  const count = (feature: string): void => void counts.set(feature, (counts.get(feature) ?? 0) + 1);
  if (terms.length === 0) for (const piece of piecesOf(text.normalize('NFKC').trim())) count(`~${piece}`);
  for (const term of terms) {
    count(`=${term}`);
    for (const piece of piecesOf(term)) count(`~${piece}`);
  }
  return new Map(
    Array.from(counts, ([feature, times]) => [
      feature,
      (feature.startsWith('~') ? pieceWeight : 1) * (1 + Math.log(times)),
    ]),
  );
}

/** Of a word its letters with a mark at either end, in fours that overlap. */
function piecesOf(term: string): string[] {
  const letters = ['^', ...Array.from(term), '$'];
  if (letters.length - 2 < shortestDivided)
    return term.length > 0 && !/\p{L}|\p{N}/u.test(term) ? [term] : [];
  return Array.from({ length: letters.length - pieceLength + 1 }, (_, at) =>
    letters.slice(at, at + pieceLength).join(''),
  );
}

/** FNV-1a over UTF-16 units, with the finaliser of MurmurHash3, since FNV alone leaves its high bits poor for short texts. Signed, 32 bits. */
function hashOf(feature: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < feature.length; at += 1) {
    hash = Math.imul(hash ^ feature.charCodeAt(at), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
