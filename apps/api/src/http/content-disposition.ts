/**
 * RFC 6266: a name for old readers in ASCII and the real one in UTF-8. Both lose what file systems or headers do not take:
 * separators, control and direction characters, and leading dots.
 */
export function contentDisposition(type: 'inline' | 'attachment', fileName: string): string {
  const clean = fileName
    .normalize('NFC')
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\\/:*?"<>|]+/gu, ' ')
    .replaceAll(/\s+/gu, ' ')
    .trim()
    .replace(/^\.+/u, '');
  const name = Array.from(clean).length > 150 ? shorten(clean) : clean || 'file';
  const ascii = name
    .normalize('NFKD')
    .replaceAll(/\p{M}+/gu, '')
    .replaceAll(/[^\x20-\x7e]+/g, '_')
    .replaceAll(/["\\%]/g, '_');
  if (ascii === name) return `${type}; filename="${name}"`;
  const encoded = encodeURIComponent(name).replaceAll(/['()*]/g, (character) => {
    return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
  });
  return `${type}; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}

/** By characters, not code units; keeps the extension. */
function shorten(name: string): string {
  const extension = /\.[a-z0-9]{1,5}$/i.exec(name)?.[0] ?? '';
  const kept = Array.from(name).slice(0, 150 - extension.length);
  return kept.join('').trim() + extension;
}
