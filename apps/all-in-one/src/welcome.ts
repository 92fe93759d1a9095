export interface Welcome {
  readonly url: string;
  readonly loginUrl: string;
  readonly keyFile: string;
  readonly isFirstStart: boolean;
  readonly queue: string;
  readonly provider: string;
}

/** What a person at the terminal is told once everything is up. */
export function renderWelcome(welcome: Welcome): string {
  const { url } = welcome;
  const lines = [
    '',
    `  Pressroom is up: ${url}`,
    '',
    `  API reference   ${url}/docs`,
    `  Queues          ${url}/admin/queues`,
    `  Log in (once)   ${welcome.loginUrl}`,
    `  API key         in ${welcome.keyFile}${welcome.isFirstStart ? ', made just now' : ''}`,
    `  Queue           ${welcome.queue}`,
    `  Pictures by     ${welcome.provider}`,
    '',
    '  Ctrl-C stops it; running steps finish or are handed back.',
    '',
  ];
  return `${lines.join('\n')}\n`;
}
