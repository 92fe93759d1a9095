/**
 * Every error that Pressroom knows by name: the one place that decides whether it is worth another attempt.
 *
 * - `transient`: the world hiccuped; another attempt may work and spends one.
 * - `throttled`: someone asked us to wait; waiting spends no attempt.
 * - `permanent`: trying again gives the same answer; the step stops at once and its credits come back.
 *
 * `code` is part of the API: never rename one. `title` is the RFC 9457 title, the same for every occurrence; `advice`
 * tells the caller what to do about it.
 */
export type Retryability = 'transient' | 'throttled' | 'permanent';

export interface ErrorDefinition {
  readonly retryability: Retryability;
  readonly title: string;
  readonly advice: string;
}

export const errorRegistry = {
  // Requests
  'invalid-request': define(
    'permanent',
    'The request is not valid',
    'Correct the fields named in `errors` and send it again.',
  ),
  unauthenticated: define(
    'permanent',
    'No valid credentials',
    'Send `Authorization: Bearer prk_…` with a key that is not revoked.',
  ),
  forbidden: define(
    'permanent',
    'This key may not do that',
    'Use a key that has the scope named in `detail`.',
  ),
  'not-found': define(
    'permanent',
    'There is no such thing here',
    'Check the id; it may belong to another account.',
  ),
  'method-not-allowed': define(
    'permanent',
    'This address does not take that method',
    'Use one of the methods in the `Allow` header.',
  ),
  'not-acceptable': define(
    'permanent',
    'No representation the caller accepts',
    'Ask for one of the media types named in `detail`.',
  ),
  'unsupported-content-type': define(
    'permanent',
    'The body has the wrong content type',
    'Send the content type named in `detail`.',
  ),
  'body-too-large': define(
    'permanent',
    'The request body is too large',
    'Send fewer bytes than the limit named in `detail`.',
  ),
  'idempotency-key-reused': define(
    'permanent',
    'This Idempotency-Key came with another request',
    'Use a new key for a new request, or repeat the first request unchanged.',
  ),
  'insufficient-credits': define(
    'permanent',
    'Not enough credits',
    'Add credits to the account, or submit a smaller job.',
  ),
  'usage-limit-reached': define(
    'permanent',
    "The account's monthly limit does not allow this job",
    'Wait until `resetsAt`, submit a smaller job, or ask the operator for another tier; nothing was charged.',
  ),
  'job-not-cancellable': define(
    'permanent',
    'The job has already settled',
    'Nothing to do: a settled job cannot be cancelled.',
  ),
  'deadline-exceeded': define(
    'permanent',
    'The deadline of the job has passed',
    'Submit it again with a later deadline or without one; what was held has been refunded.',
  ),
  'job-not-retryable': define(
    'permanent',
    'The job has nothing to run again',
    'Wait until it has settled; a job whose steps have all succeeded needs no retry.',
  ),
  'regeneration-conflict': define(
    'permanent',
    'Another regeneration of this plan came first',
    'Wait until it has settled, or cancel it; then ask again, from the newest version.',
  ),
  'dead-letter-replayed': define(
    'permanent',
    'The step of this dead letter runs again already, or has ended since',
    'Look at the job; if its step fails again, that is a dead letter of its own.',
  ),
  'output-not-ready': define(
    'permanent',
    'The job has no output yet',
    'Wait until its status is `succeeded`.',
  ),
  'rate-limited': define('throttled', 'Too many requests', 'Wait for the seconds named in `Retry-After`.'),
  'range-not-satisfiable': define(
    'permanent',
    'The requested range is outside the file',
    'Ask for a range within the size named in `Content-Range`.',
  ),
  // Files
  'upload-incomplete': define('permanent', 'The upload ended early', 'Send the whole file again.'),
  'asset-too-large': define(
    'permanent',
    'The file is too large',
    'Send a file below the limit named in `detail`.',
  ),
  'asset-empty': define('permanent', 'The file is empty', 'Send a file that has content.'),
  'asset-missing': define(
    'permanent',
    'The stored file is gone',
    'Upload the file again and submit a new job.',
  ),
  'asset-altered': define(
    'permanent',
    'The stored file is not the one that was uploaded',
    'Upload the file again and submit a new job.',
  ),
  'url-not-allowed': define(
    'permanent',
    'This address may not be read',
    'Give an http or https address of a page on the public internet, or upload the file.',
  ),
  'url-refused': define(
    'permanent',
    'The address does not give the document',
    'Open the address in a browser without being logged in; upload the file if it needs a login.',
  ),
  'url-disallowed': define(
    'permanent',
    'The server asks programs not to read this address',
    'Leave out `scheduled` if a person wants this document now, or ask whoever runs the server.',
  ),
  'url-unreachable': define(
    'transient',
    'The server of the address did not answer properly',
    'It is tried again by itself.',
  ),
  'unsupported-type': define(
    'permanent',
    'This type of file is not supported',
    'Send a picture (JPEG, PNG, WebP, GIF, TIFF, AVIF, HEIC, SVG) or a document (PDF, DOCX, HTML, Markdown, text, CSV).',
  ),
  'image-too-many-pixels': define(
    'permanent',
    'The picture has too many pixels',
    'Scale it below the limit named in `detail`.',
  ),
  'image-too-many-frames': define(
    'permanent',
    'The picture has too many frames',
    'Send a picture with fewer frames than the limit named in `detail`.',
  ),
  'image-too-complex': define(
    'permanent',
    'The picture takes too much time or memory to read',
    'Save it again as a plain JPEG or PNG and send that file.',
  ),
  'image-corrupt': define(
    'permanent',
    'The picture is damaged',
    'Open it in a viewer, save it again, and send that file.',
  ),
  'svg-unsafe': define(
    'permanent',
    'The drawing cannot be used safely',
    'Export it as PNG and send that file.',
  ),
  // Generation
  'provider-unavailable': define(
    'transient',
    'The generation provider did not answer properly',
    'It is tried again by itself.',
  ),
  'provider-timeout': define(
    'transient',
    'The generation provider took too long',
    'It is tried again by itself.',
  ),
  'provider-throttled': define(
    'throttled',
    'The generation provider asked us to wait',
    'It goes on by itself after the wait.',
  ),
  'throttled-too-long': define(
    'permanent',
    'The step was asked to wait for too long',
    'Retry the job later; if it lasts, the operator must raise the limits at the provider.',
  ),
  'provider-circuit-open': define(
    'throttled',
    'The generation provider has failed several times in a row',
    'It goes on by itself once a single call has shown that the provider is back.',
  ),
  'provider-over-budget': define(
    'throttled',
    'The calls that the operator allows in a minute are used up',
    'It goes on by itself at the time named in `facts.retryAt`.',
  ),
  'provider-malformed-answer': define(
    'transient',
    'The generation provider sent an answer that cannot be used',
    'It is tried again by itself.',
  ),
  'provider-refused': define(
    'permanent',
    'The generation provider refused this request',
    'See `detail`; change the prompt or the photo.',
  ),
  'safety-blocked': define(
    'permanent',
    'The provider blocked this on safety grounds',
    'Change the prompt or leave this photo out.',
  ),
  'provider-misconfigured': define(
    'permanent',
    'The generation provider is not set up properly',
    'The operator must check the API key and model.',
  ),
  'prompt-needs-provider': define(
    'permanent',
    'A free prompt needs an online provider',
    'Use one of the named styles, or ask the operator to set GEMINI_API_KEY.',
  ),
  // Pages
  'unsupported-script': define(
    'permanent',
    'The text has letters that the fonts do not have',
    'Use letters of the Latin, Greek, Cyrillic, Japanese or Thai script in the text named in `detail`.',
  ),
  'nothing-to-print': define(
    'permanent',
    'None of the pictures could be used',
    'See the error of each step, and submit usable photos.',
  ),
  'nothing-to-report': define(
    'permanent',
    'None of the documents could be used',
    'See the error of each step, and submit documents that can be read.',
  ),
  'plan-does-not-fit': define(
    'permanent',
    'The plan does not fit the time until its deadline',
    'Give more hours a week, a later deadline, or fewer sources.',
  ),
  'render-failed': define('transient', 'The pages could not be set', 'It is tried again by itself.'),
  // System
  // The store is everybody's: while it is away or full, steps wait and none spends its attempts on it.
  'usage-export-not-parked': define(
    'permanent',
    'This piece of usage is not parked',
    'Look at it again: it is on its way, or has been sent.',
  ),
  'billing-unavailable': define(
    'transient',
    'The billing service does not answer properly',
    'It is tried again by itself.',
  ),
  'billing-throttled': define(
    'throttled',
    'The billing service asks to wait',
    'It is tried again by itself.',
  ),
  'billing-misconfigured': define(
    'transient',
    'The billing service does not accept our key or meter',
    'Correct STRIPE_API_KEY or the names of the meters and start the process anew; nothing is lost meanwhile.',
  ),
  'billing-refused': define(
    'permanent',
    'The billing service refuses the event',
    'Look at the code in `detail`, correct the customer of the account or the meter, and replay it.',
  ),
  'billing-uncertain': define(
    'permanent',
    'Nobody knows whether the billing service has counted this',
    'Look for the identifier in the billing service: replay it if it is not there.',
  ),
  'billing-too-late': define(
    'permanent',
    'The usage is older than the billing service takes',
    'Bill it by hand; a replay would be refused as well.',
  ),
  'storage-unavailable': define(
    'throttled',
    'The file store did not answer properly',
    'It is tried again by itself.',
  ),
  'storage-full': define(
    'throttled',
    'The file store is full',
    'The operator must make room; it is tried again by itself.',
  ),
  'database-unavailable': define('transient', 'The database did not answer', 'It is tried again by itself.'),
  'step-timeout': define('transient', 'The step took too long', 'It is tried again by itself.'),
  'worker-lost': define(
    'transient',
    'The worker stopped in the middle of the step',
    'It is tried again by itself.',
  ),
  // Documents
  'document-encrypted': define(
    'permanent',
    'The document is protected by a password',
    'Save a copy without the password and upload that.',
  ),
  'document-without-text': define(
    'permanent',
    'The document has no text in it',
    'Upload a version with a text layer: run text recognition (OCR) over a scan first.',
  ),
  'document-corrupt': define(
    'permanent',
    'The document is damaged',
    'Open it in the program that made it, save it anew and upload that.',
  ),
  'document-too-large': define(
    'permanent',
    'The document is too large to read',
    'Split it and submit the parts.',
  ),
  'document-too-complex': define(
    'permanent',
    'The document takes too much time or memory to read',
    'Save it as a plain PDF or as text, or split it.',
  ),
  'settings-invalid': define(
    'permanent',
    'The settings are not valid',
    'Correct each setting that is named and start again.',
  ),
  'not-ready': define('transient', 'The service is starting or stopping', 'Try again in a few seconds.'),
  internal: define(
    'transient',
    'Something went wrong on our side',
    'Try again; if it lasts, give the operator the `requestId`.',
  ),
} as const satisfies Record<string, ErrorDefinition>;

export type ErrorCode = keyof typeof errorRegistry;
export const errorCodes = Object.keys(errorRegistry) as readonly ErrorCode[];

function define(retryability: Retryability, title: string, advice: string): ErrorDefinition {
  return { retryability, title, advice };
}
