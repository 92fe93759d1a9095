import type { RequestHandler } from 'express';
import swaggerUi from 'swagger-ui-express';
import { buildOpenApiDocument } from '../routes/openapi-document.ts';

export const docsPath = '/docs';

const policy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'";

/** The OpenAPI document as a page, with all of its files from this server. */
export function createDocs(): readonly RequestHandler[] {
  const document = buildOpenApiDocument();
  const options = {
    customSiteTitle: 'Pressroom API',
    customCss: '.swagger-ui .topbar { display: none }',
    swaggerOptions: { validatorUrl: null, displayRequestDuration: true, docExpansion: 'list' },
  };
  const allow: RequestHandler = (request, response, next) => {
    // Its own links are relative.
    if (request.originalUrl === docsPath) response.redirect(301, `${docsPath}/`);
    else {
      response.setHeader('Content-Security-Policy', policy);
      next();
    }
  };
  return [allow, ...swaggerUi.serveFiles(document, options), swaggerUi.setup(document, options)];
}
