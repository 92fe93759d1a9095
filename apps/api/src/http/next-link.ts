import type { Request, Response } from 'express';

/** RFC 8288: the address of the next page, with whatever else the request asked for. */
export function nextLink(request: Request, response: Response, cursor: string | null): void {
  if (cursor === null) return;
  const url = new URL(request.originalUrl, 'http://pressroom.invalid');
  url.searchParams.set('cursor', cursor);
  response.setHeader('Link', `<${url.pathname}${url.search}>; rel="next"`);
}
