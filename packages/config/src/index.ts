export { describeConfig } from './describe-config.ts';
export { type Environment, loadConfig } from './load-config.ts';
export * from './pressroom-config.ts';
export { redactUrl } from './redact-url.ts';
export { type Setting, type SettingName, settings } from './settings-schema.ts';
export { renderSettingsTable } from './settings-table.ts';
