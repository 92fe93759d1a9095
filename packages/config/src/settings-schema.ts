import { z } from 'zod';
import { type SettingFacts, settingFacts } from './setting.ts';
import { documentSettings } from './settings/document-settings.ts';
import { generationSettings } from './settings/generation-settings.ts';
import { processSettings } from './settings/process-settings.ts';
import { recordSettings } from './settings/record-settings.ts';
import { recoverySettings } from './settings/recovery-settings.ts';
import { searchSettings } from './settings/search-settings.ts';
import { serverSettings } from './settings/server-settings.ts';
import { storageSettings } from './settings/storage-settings.ts';
import { usageSettings } from './settings/usage-settings.ts';

/** Every setting that exists, by the name of its environment variable. */
export const settingsSchema = z.object({
  ...recordSettings,
  ...recoverySettings,
  ...storageSettings,
  ...generationSettings,
  ...searchSettings,
  ...usageSettings,
  ...documentSettings,
  ...serverSettings,
  ...processSettings,
});

export type SettingName = keyof typeof settingsSchema.shape;
export type SettingValues = z.output<typeof settingsSchema>;

export interface Setting extends SettingFacts {
  readonly name: SettingName;
  /** As it would be written into the environment; undefined when there is none. */
  readonly default: string | undefined;
}

/** The same as data, in schema order: for the README, the docs and the messages. */
export const settings: readonly Setting[] = Object.freeze(
  Object.entries(settingsSchema.shape).map(([name, schema]): Setting => {
    const facts = settingFacts.get(schema);
    if (facts === undefined) throw new Error(`The setting ${name} has no description`);
    const value = schema instanceof z.ZodDefault ? schema.def.defaultValue : undefined;
    return Object.freeze({
      ...facts,
      name: name as SettingName,
      default: value === undefined ? undefined : String(value),
    });
  }),
);
