const replacement = '[secret]';

/** Names whose values are secrets, whatever they look like: `authorization`, `set-cookie`, `apiKey`, `operator_token`. */
const secretName =
  /(authorization|cookie|password|passwd|passphrase|secret|token|api[-_]?key|access[-_]?key([-_]?id)?|private[-_]?key|signature)$/i;

/** Secrets that give themselves away by their looks, wherever in a text they stand. */
const secretPatterns: readonly (readonly [RegExp, string])[] = [
  [/\bprk_[\w-]{4,}/g, `prk_${replacement}`],
  [/\b(Bearer|Basic)\s+[\w.~+/=-]{4,}/gi, `$1 ${replacement}`],
  [/\bAIza[\w-]{16,}/g, replacement],
  [/\b(AKIA|ASIA)[A-Z0-9]{12,}/g, replacement],
  [/\bwhsec_[\w+/=-]{4,}/g, `whsec_${replacement}`],
  [/\b([a-z][a-z0-9+.-]*:\/\/[^\s:@/"'\\]*):[^\s"'\\]*@/gi, `$1:${replacement}@`],
  [
    /([?&](?:key|token|api_key|apikey|access_token|signature|sig|X-Amz-(?:Signature|Credential|Security-Token))=)[^\s&"'\\]+/gi,
    `$1${replacement}`,
  ],
];

/** True for a field whose value must not be shown. Numbers are: `fencingToken: 7` and `tokens: 512` are no secrets. */
export function isSecretField(name: string, value: unknown): boolean {
  return secretName.test(name) && typeof value !== 'number' && typeof value !== 'boolean' && value != null;
}

/** The text without the secrets that can be told by their looks. Works on prose and on lines of JSON. */
export function redactText(text: string): string {
  return secretPatterns.reduce((result, [pattern, by]) => result.replace(pattern, by), text);
}

export { replacement as redacted };
