export interface OpenedAccount {
  readonly accountId: string;
  readonly apiKey: string;
}

/** Opens an account with credits and a key, through the operator's API. Throws with the API's own words. */
export async function openAccount(
  api: { readonly apiUrl: string; readonly operatorToken: string },
  account: { readonly name: string; readonly credits: number },
): Promise<OpenedAccount> {
  const created = await post(api, '/api/admin/accounts', account);
  const accountId = String(created['id']);
  const key = await post(api, `/api/admin/accounts/${accountId}/keys`, {
    name: account.name,
    scopes: ['assets', 'jobs', 'account'],
  });
  return { accountId, apiKey: String(key['key']) };
}

async function post(
  api: { readonly apiUrl: string; readonly operatorToken: string },
  path: string,
  body: object,
): Promise<Record<string, unknown>> {
  const response = await fetch(new URL(path, api.apiUrl), {
    method: 'POST',
    headers: { authorization: `Bearer ${api.operatorToken}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(30_000),
  });
  const answer = (await response.json()) as Record<string, unknown>;
  if (!response.ok)
    throw new Error(`${path} answered ${response.status}: ${String(answer['detail'] ?? answer['title'])}`);
  return answer;
}
