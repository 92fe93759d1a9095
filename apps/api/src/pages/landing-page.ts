import { html, page } from './page.ts';

const links = [
  { href: '/docs/', name: 'API', about: 'every call, to read and to try' },
  { href: '/admin/queues/', name: 'Queues', about: 'what the workers do right now; for operators' },
  { href: '/health', name: 'Health', about: 'each component and how fast it answers' },
  { href: '/metrics', name: 'Metrics', about: 'for Prometheus' },
  { href: '/openapi.json', name: 'OpenAPI', about: 'the API for programs' },
];

export function landingPage(): string {
  return page({
    title: 'Pressroom',
    heading: 'Pressroom',
    body: html`<p>Photos in, a print-ready picture book out.</p>
<ul>${links.map(({ href, name, about }) => html`<li><a href="${href}"><span>${name}</span><span>${about}</span></a></li>`)}</ul>`,
  });
}
