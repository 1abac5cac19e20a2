import { z } from 'zod';
import { ALPHABETS, KANA_SETS, TEST_TYPES } from '../characters/rules/character.ts';

/** The two path parameters of tests and results. */
export const skillPath = () =>
  z.object({
    type: z.enum(ALPHABETS).meta({ description: 'The alphabet.' }),
    testType: z.enum(TEST_TYPES),
  });

/** Which characters a test asks. */
export const setFilter = () =>
  z
    .enum([...KANA_SETS, 'all'])
    .default('all')
    .meta({ description: 'Which characters are asked; wrong options come from the same set.' });

/** Language of readings. */
export const localeField = () =>
  z
    .enum(['en', 'ru', 'de'])
    .default('en')
    .meta({ description: '`en` and `de` give Hepburn, `ru` gives Polivanov.' });
