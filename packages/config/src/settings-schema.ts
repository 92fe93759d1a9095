import { z } from 'zod';
import { type SettingFacts, settingFacts } from './setting.ts';
import { generationSettings } from './settings/generation-settings.ts';
import { processSettings } from './settings/process-settings.ts';
import { recordSettings } from './settings/record-settings.ts';
import { serverSettings } from './settings/server-settings.ts';
import { storageSettings } from './settings/storage-settings.ts';

/** Every setting that exists, by the name of its environment variable. */
export const settingsSchema = z
  .object({
    ...recordSettings,
    ...storageSettings,
    ...generationSettings,
    ...serverSettings,
    ...processSettings,
  })
  .superRefine((values, context) => {
    const refuse = (name: string, message: string) =>
      context.addIssue({ code: 'custom', path: [name], message });
    if (values.S3_ENDPOINT !== undefined && values.S3_BUCKET === undefined) {
      refuse('S3_BUCKET', 'is missing, while S3_ENDPOINT is set');
    }
    if (values.S3_ACCESS_KEY_ID !== undefined && values.S3_SECRET_ACCESS_KEY === undefined) {
      refuse('S3_SECRET_ACCESS_KEY', 'is missing, while S3_ACCESS_KEY_ID is set');
    }
    if (values.S3_SECRET_ACCESS_KEY !== undefined && values.S3_ACCESS_KEY_ID === undefined) {
      refuse('S3_ACCESS_KEY_ID', 'is missing, while S3_SECRET_ACCESS_KEY is set');
    }
    if (values.PRESSROOM_STORAGE_FOLDER !== undefined && values.S3_BUCKET !== undefined) {
      refuse('PRESSROOM_STORAGE_FOLDER', 'cannot be set together with S3_BUCKET: files live in one place');
    }
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
