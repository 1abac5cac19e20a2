import { z } from 'zod';
import { idField } from '#shared/http/fields.ts';
import { ZONE_PATTERN } from '#shared/http/request-fields.ts';
import { isTimeZone } from '#shared/time/time-zones.ts';
import { LANGUAGES, REPEAT_FLAGS } from './rules/settings.ts';

const LONGEST_ZONE = 64;

const timeZoneField = () =>
  z
    .string()
    .superRefine((name, context) => {
      if (isTimeZone(name)) return;
      const message = 'must be a time zone of the IANA database, spelled exactly';
      context.addIssue({ code: 'custom', message, params: { code: 'unknown_timezone' } });
    })
    .meta({
      override: { type: 'string', minLength: 1, maxLength: LONGEST_ZONE, pattern: ZONE_PATTERN },
      description: 'A time zone name of the IANA database.',
      example: 'Europe/Berlin',
    });

/** What becomes of kana that are learnt. */
export const repeatFlagSchema = z.enum(REPEAT_FLAGS).meta({
  id: 'RepeatFlag',
  description: 'Whether to repeat mastered kana: ask again, no, or with a reminder every night.',
});

const languageSchema = z.enum(LANGUAGES).meta({ id: 'Language' });

/** All settings but `alphabetRepeat`, as requests and answers hold them. */
export const settingsFields = {
  newWordCount: z.int().min(10).max(40),
  oldWordCount: z.int().min(10).max(40),
  alphabetLearnCount: z.int().min(5).max(15),
  language: languageSchema,
  timeZone: timeZoneField(),
  dayStartsAt: z.int().min(0).max(23).meta({ description: 'The local hour at which a learning day begins.' }),
  desiredRetention: z.number().min(0.8).max(0.97).multipleOf(0.01),
};

/** The eight settings in an answer. */
export const settingsSchema = z
  .object({ ...settingsFields, timeZone: z.string(), alphabetRepeat: repeatFlagSchema })
  .meta({ id: 'Settings' });

/** The settings of an account as administrators see them. */
export const userSettingsSchema = settingsSchema
  .extend({ id: idField(), userId: idField() })
  .meta({ id: 'UserSettings' });
