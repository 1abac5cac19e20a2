import { z } from 'zod';
import { isTimeZone } from '#shared/time/time-zones.ts';
import { LANGUAGES, REPEAT_FLAGS } from './rules/settings.ts';

const LONGEST_ZONE = 64;

const timeZoneField = () =>
  z
    .string()
    .superRefine((name, context) => {
      if (isTimeZone(name)) return;
      const message = 'must be a zone of the IANA database, spelled as there';
      context.addIssue({ code: 'custom', message, params: { code: 'unknown_timezone' } });
    })
    .meta({
      override: { type: 'string', minLength: 1, maxLength: LONGEST_ZONE },
      description: 'A zone or link of the IANA database.',
      example: 'Europe/Berlin',
    });

/** What becomes of kana that are learnt. */
export const repeatFlagField = () => z.enum(REPEAT_FLAGS);

/** All settings but `alphabetRepeat`, as requests and answers hold them. */
export const settingsFields = {
  newWordCount: z.int().min(10).max(40),
  oldWordCount: z.int().min(10).max(40),
  alphabetLearnCount: z.int().min(5).max(15),
  language: z.enum(LANGUAGES),
  timeZone: timeZoneField(),
  dayStartsAt: z.int().min(0).max(23).meta({ description: 'Local hour at which a learning day begins.' }),
  desiredRetention: z.number().min(0.8).max(0.97).multipleOf(0.01),
};

/** The eight settings in an answer. */
export const settingsBody = () =>
  z.object({ ...settingsFields, timeZone: z.string(), alphabetRepeat: repeatFlagField() });
