export { type Api, type ApiOptions, createApi } from './create-api.ts';
export { errorStatuses } from './http/error-statuses.ts';
export { type ApiModule, createApiModule } from './module.ts';
export type { ApiResources, Dispatcher, QueueAdmin } from './ports.ts';
export { buildOpenApiDocument, type OpenApiDocument } from './routes/openapi-document.ts';
export { type CreatedApiKey, createApiKey, type NewApiKey } from './services/api-keys.ts';
export { createLoginLink, type LoginLink } from './services/operator-access.ts';
