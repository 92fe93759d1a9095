export { type ApiErrorFacts, PressroomApiError, PressroomConnectionError } from './api-error.ts';
export type { Download } from './download-output.ts';
export type { FollowOptions } from './follow-job-events.ts';
export { createOperatorClient, type OperatorClient, type OperatorClientOptions } from './operator-client.ts';
export {
  type CallOptions,
  type ClientOptions,
  createPressroomClient,
  type PressroomClient,
  type SubmitOptions,
  type UploadOptions,
  type WaitOptions,
} from './pressroom-client.ts';
export type { UploadProgress, UploadSource } from './upload-body.ts';
