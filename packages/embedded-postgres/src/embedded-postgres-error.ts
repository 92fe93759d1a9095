export type EmbeddedPostgresErrorCode =
  /** No binaries are published for this operating system and processor. */
  | 'platform-unsupported'
  /** The platform's npm package is not installed, or its programs do not run. */
  | 'binaries-unusable'
  /** The data folder cannot be made, read, owned or reached by the server. */
  | 'data-folder-unusable'
  /** Another live process has this data folder open. */
  | 'data-folder-in-use'
  /** The data were written by another major version of PostgreSQL. */
  | 'version-mismatch'
  /** The password file does not belong to the data. */
  | 'password-mismatch'
  | 'init-failed'
  | 'port-in-use'
  | 'start-failed'
  | 'start-timeout'
  /** It died again and again, or could not be started again after it had died. */
  | 'not-kept-up'
  | 'stop-failed';

/** Start-up trouble of the embedded server. The message says what happened and what a person can do about it. */
export class EmbeddedPostgresError extends Error {
  readonly code: EmbeddedPostgresErrorCode;

  constructor(code: EmbeddedPostgresErrorCode, message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'EmbeddedPostgresError';
    this.code = code;
  }
}
