import { html, type Markup, page } from './page.ts';

const again = {
  transient: 'The same request may work later.',
  throttled: 'The same request works after a wait.',
  permanent: 'The same request will not work.',
} as const;

export interface ProblemPageOptions {
  readonly code: string;
  readonly title: string;
  readonly status: number;
  readonly retryability: keyof typeof again;
  readonly advice: string;
}

export function problemPage(problem: ProblemPageOptions): string {
  return page({
    title: `${problem.code} · Pressroom`,
    heading: problem.title,
    body: html`<p>${withCode(problem.advice)}</p>
<dl>
<dt>Code</dt><dd><code>${problem.code}</code></dd>
<dt>HTTP status</dt><dd>${problem.status}</dd>
<dt>Again?</dt><dd>${again[problem.retryability]}</dd>
</dl>`,
  });
}

/** The registry marks names of fields and headers with backticks. */
function withCode(text: string): Markup[] {
  return text.split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : html`${part}`));
}
