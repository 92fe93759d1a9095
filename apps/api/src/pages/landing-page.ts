import { html, page } from './page.ts';

const links = [
  { href: '/docs/', name: 'API', about: 'every call, to read and to try' },
  { href: '/admin/queues/', name: 'Queues', about: 'what the workers do right now; for operators' },
  { href: '/health', name: 'Health', about: 'each component and how fast it answers' },
  { href: '/metrics', name: 'Metrics', about: 'for Prometheus' },
  { href: '/openapi.json', name: 'OpenAPI', about: 'the API for programs' },
];

/** @param isOperator whether to offer the way out of the operator's session */
export function landingPage(isOperator: boolean): string {
  return page({
    title: 'Pressroom',
    heading: 'Pressroom',
    body: html`<p>Photos in, a print-ready picture book out.</p>
<ul>${links.map(({ href, name, about }) => html`<li><a href="${href}"><span>${name}</span><span>${about}</span></a></li>`)}</ul>${isOperator ? html`<form method="post" action="/logout"><button type="submit">Log out</button></form>` : undefined}`,
  });
}
