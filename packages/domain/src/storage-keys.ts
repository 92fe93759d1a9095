/** Where bytes are kept: every key is made here, so that nothing crosses an account's border by accident. */
export const storageKeys = {
  /** Content-addressed: writing the same bytes twice is the same blob, so a step that runs again leaves no orphan. */
  content: (accountId: string, sha256: string): string =>
    `accounts/${accountId}/${sha256.slice(0, 2)}/${sha256}`,
  /** What a step keeps between its stages; deleted when the step has settled. */
  work: (stepId: string, name: string): string => `work/${stepId}/${name}`,
  workPrefix: (stepId: string): string => `work/${stepId}/`,
} as const;
