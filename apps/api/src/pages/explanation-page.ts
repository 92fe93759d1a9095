import type { JobExplanation } from '@pressroom/domain';
import { html, page } from './page.ts';

/** The explanation of a job for an operator who came from the board. */
export function explanationPage(explanation: JobExplanation): string {
  const { jobId, summary, advice, reasons, steps, progress, cost } = explanation;
  const open = steps.filter(({ status }) => status !== 'succeeded');
  return page({
    title: `${jobId} · Pressroom`,
    heading: explanation.status,
    body: html`<p><code>${jobId}</code></p>
<p class="problem">${summary}</p>
${advice === null ? undefined : html`<p>${advice}</p>`}
<dl>
<dt>Steps</dt><dd>${progress.done} of ${progress.total} have ended</dd>
<dt>Flow</dt><dd>generation ${explanation.generation}, round ${explanation.round}</dd>
<dt>Credits</dt><dd>${cost.rounds.map(({ round, held, captured, refunded }) => html`round ${round}: held ${held}, captured ${captured ?? '–'}, refunded ${refunded ?? '–'}; `)}</dd>
<dt>Calls</dt><dd>${cost.calls.made} made, ${cost.calls.offline} offline, ${cost.calls.saved} saved</dd>
<dt>Queue</dt><dd>${explanation.queue.problem ?? 'answers'}</dd>
<dt>Account</dt><dd><code>${explanation.accountId}</code></dd>
</dl>
<ul>${reasons.slice(1).map(({ message }) => html`<li><p>${message}</p></li>`)}</ul>
<ul>${open.map((step) => html`<li><p><code>${step.key}</code> ${describe(step)}</p></li>`)}</ul>
<p>The whole of it: <code>npm run pressroom -- inspect ${jobId}</code></p>`,
  });
}

function describe(step: JobExplanation['steps'][number]): string {
  const last = step.failures.at(-1);
  return [
    step.status,
    `attempt ${step.attempt} of ${step.attempts}`,
    step.heldBy === null ? undefined : `held by ${step.heldBy} since ${step.heldSince}`,
    step.queue === null ? undefined : `queue '${step.queue.name}': ${step.queue.state ?? 'not asked'}`,
    step.losses === 0 ? undefined : `${step.losses} processes lost`,
    last === undefined ? undefined : `${last.code}: ${last.message}`,
  ]
    .filter((part) => part !== undefined)
    .join(' · ');
}
