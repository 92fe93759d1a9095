import { html, page } from './page.ts';

export interface LoginPageOptions {
  /** Where to go after the login. */
  readonly next: string;
  readonly tokenIsSet: boolean;
  readonly problem?: string;
}

export function loginPage({ next, tokenIsSet, problem }: LoginPageOptions): string {
  const form = html`<form method="post" action="/login">
<input type="hidden" name="next" value="${next}">
<label for="token">Operator token</label>
<input id="token" name="token" type="password" autocomplete="current-password" required autofocus>
<button type="submit">Log in</button>
</form>`;
  const advice = html`<p>No operator token is set here. Open the login link that the server printed when it started, or set <code>PRESSROOM_OPERATOR_TOKEN</code> and start it again.</p>`;
  return page({
    title: 'Operator login · Pressroom',
    heading: 'Operator login',
    body: html`${problem === undefined ? undefined : html`<p class="problem" role="alert">${problem}</p>`}${tokenIsSet ? form : advice}`,
  });
}

/**
 * A page in between: a redirect in the same navigation would not carry a SameSite=Strict cookie when the link was opened
 * from another site.
 */
export function loggedInPage(next: string): string {
  return page({
    title: 'Logged in · Pressroom',
    heading: 'You are logged in',
    head: html`<meta http-equiv="refresh" content="0; url=${next}">
`,
    body: html`<p><a href="${next}">Go on</a></p>`,
  });
}
