import { type Setting, settings } from './settings-schema.ts';

/** All settings as a Markdown table, for the README and the docs. The same settings give the same text. */
export function renderSettingsTable(): string {
  const rows = settings.map((setting) =>
    [`\`${setting.name}\``, describe(setting), withoutIt(setting), `\`${setting.example}\``].map(cell),
  );
  return [['Name', 'What it does', 'Without it', 'Example'], ['---', '---', '---', '---'], ...rows]
    .map((row) => `| ${row.join(' | ')} |\n`)
    .join('');
}

function describe(setting: Setting): string {
  const unit = setting.unit === undefined ? '' : ` In ${unitNames[setting.unit]}.`;
  return `${setting.description}${unit}${setting.secret ? ' Secret.' : ''}`;
}

function withoutIt(setting: Setting): string {
  return setting.default === undefined ? (setting.absent ?? '') : `\`${setting.default}\``;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

const unitNames = {
  ms: 'milliseconds',
  s: 'seconds',
  h: 'hours',
  d: 'days',
  bytes: 'bytes',
  pixels: 'pixels',
} as const;
