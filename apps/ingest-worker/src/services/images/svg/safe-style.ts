/**
 * A style sheet, a style attribute or a presentation attribute without any address but `#fragment` inside the drawing.
 * Escapes (`\75rl(`) are how addresses are hidden, and drawing programs do not write them: such text is dropped whole.
 */
export function safeStyle(css: string): string {
  if (!/[\\@]|\(/.test(css)) return css;
  if (css.includes('\\')) return '';
  const plain = css
    .replaceAll(/\/\*[\s\S]*?(?:\*\/|$)/g, ' ')
    .replaceAll(/@(?:import|namespace|charset|font-face)\b[^;{}]*(?:;|\{[^}]*\}?|$)/gi, ' ')
    .replaceAll(/url\(\s*("[^"]*"?|'[^']*'?|[^)"']*)\s*\)?/gi, (whole, address: string) =>
      address.replaceAll(/["'\s]/g, '').startsWith('#') ? whole : 'none',
    );
  return /\b(?:src|image|image-set|cross-fade|element)\(|@import|url\(\s*["']?\s*[^#"'\s]/i.test(plain)
    ? ''
    : plain;
}
