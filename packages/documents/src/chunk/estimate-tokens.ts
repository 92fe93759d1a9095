/**
 * About how many tokens a provider counts: a quarter of a token for a character of an alphabet, one for a character of the scripts that
 * write without spaces. An estimate, on the high side for English; exact counting needs the provider.
 */
export function estimateTokens(text: string): number {
  const dense = text.match(denseCharacters)?.length ?? 0;
  return Math.ceil((text.length - dense) / 4 + dense);
}

const denseCharacters =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Khmer}\p{Script=Lao}\p{Script=Myanmar}]/gu;
