import { createHash } from 'node:crypto';

/** HTML that is safe to put into a page as it is. */
class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type { Markup };

type Value = string | number | Markup | undefined | readonly Markup[];

/** Escapes every value that is not markup itself. */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Markup {
  return new Markup(parts.reduce((text, part, index) => text + render(values[index - 1]) + part));
}

function render(value: Value): string {
  if (value === undefined) return '';
  if (value instanceof Markup) return value.text;
  if (typeof value === 'object') return value.map(render).join('');
  return String(value).replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

const style = `
:root { color-scheme: light dark; --ink: #1d1b18; --paper: #faf7f0; --line: #d9d1c1; --soft: #6d655a; --mark: #b5371f; }
@media (prefers-color-scheme: dark) { :root { --ink: #ece6da; --paper: #191714; --line: #3a352d; --soft: #a2988a; --mark: #ff8a6b; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 2rem 1.25rem; background: var(--paper); color: var(--ink); font: 1rem/1.55 ui-sans-serif, system-ui, sans-serif; }
main { width: min(34rem, 100%); }
h1 { margin: 0 0 .25rem; font: 600 2.1rem/1.15 ui-serif, Georgia, "Times New Roman", serif; letter-spacing: -.01em; }
h1 svg { width: 1.6rem; height: 1.6rem; vertical-align: -.2rem; margin-right: .5rem; color: var(--mark); }
p { margin: .5rem 0 1.25rem; color: var(--soft); }
ul { list-style: none; margin: 1.5rem 0 0; padding: 0; border-top: 1px solid var(--line); }
li { border-bottom: 1px solid var(--line); }
li a { display: flex; gap: 1rem; justify-content: space-between; align-items: baseline; padding: .8rem .1rem; color: inherit; text-decoration: none; }
li a:hover span:first-child, li a:focus-visible span:first-child { color: var(--mark); text-decoration: underline; }
li span:last-child { color: var(--soft); font-size: .9rem; text-align: right; }
label { display: block; margin: 1.25rem 0 .35rem; font-weight: 600; }
input { width: 100%; padding: .65rem .75rem; font: inherit; color: inherit; background: transparent; border: 1px solid var(--soft); border-radius: 4px; }
button { margin-top: 1rem; padding: .65rem 1.4rem; font: inherit; font-weight: 600; color: var(--paper); background: var(--ink); border: 0; border-radius: 4px; cursor: pointer; }
:focus-visible { outline: 2px solid var(--mark); outline-offset: 2px; }
.problem { color: var(--mark); }
code { font: .92em ui-monospace, monospace; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .4rem 1.25rem; margin: 1.5rem 0 0; }
dt { color: var(--soft); } dd { margin: 0; }
a { color: var(--mark); }
`;

/** A printer's registration mark. */
const mark = html`<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.5" aria-hidden="true"><circle cx="12" cy="12" r="6"/><path d="M12 1v22M1 12h22"/></svg>`;

const styleHash = createHash('sha256').update(style).digest('base64');

/** Headers of every page here: its one style, forms to this server, nothing else. */
export const pagePolicy = {
  'Content-Security-Policy': `default-src 'none'; style-src 'sha256-${styleHash}'; img-src data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`,
  'Cache-Control': 'no-store',
};

export function page(options: { title: string; heading: string; body: Markup; head?: Markup }): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${options.title}</title>
<link rel="icon" href="data:,">
${options.head}<style>${new Markup(style)}</style>
</head>
<body>
<main>
<h1>${mark}${options.heading}</h1>
${options.body}
</main>
</body>
</html>
`.text;
}
