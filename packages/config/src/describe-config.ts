import type { PressroomConfig } from './pressroom-config.ts';
import { redactUrl } from './redact-url.ts';
import { settings } from './settings-schema.ts';

const secretPaths = new Set(settings.filter((setting) => setting.secret).map((setting) => setting.path));

/** The configuration for a log or a support request: secrets and passwords in URLs replaced, absent values left out. */
export function describeConfig(config: PressroomConfig): Record<string, unknown> {
  return describe(config, '');
}

function describe(value: object, path: string): Record<string, unknown> {
  const entries = Object.entries(value).map(([name, inner]) => {
    const innerPath = path === '' ? name : `${path}.${name}`;
    if (inner === undefined) return [];
    if (secretPaths.has(innerPath)) return [[name, '[secret]']];
    if (typeof inner === 'object' && inner !== null) return [[name, describe(inner, innerPath)]];
    return [[name, typeof inner === 'string' ? redactUrl(inner) : inner]];
  });
  return Object.fromEntries(entries.flat());
}
