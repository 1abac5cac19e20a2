import { z } from 'zod';
import { idField, timestamp } from '#shared/http/fields.ts';
import { alphabetSchema, localeSchema } from '../characters/character.schema.ts';
import { KANA_SETS, TEST_TYPES } from '../characters/rules/character.ts';

const testTypeSchema = z
  .enum(TEST_TYPES)
  .meta({ id: 'KanaTestType', description: 'The skill that is tested.' });

const kanaSetFilterSchema = z.enum([...KANA_SETS, 'all']).meta({ id: 'KanaSetFilter' });

/** The two path parameters of tests and results. */
export const skillPath = () => z.object({ type: alphabetSchema, testType: testTypeSchema });

/** Which characters a test asks. */
export const setFilter = () =>
  kanaSetFilterSchema
    .default('all')
    .meta({ description: 'The characters to ask about; wrong options come from the same set.' });

/** Language of readings. */
export const localeField = () => localeSchema.default('en');

const choice = {
  correctChar: z.string().meta({ example: 'き' }),
  wrongOptions: z
    .array(z.string())
    .max(2)
    .meta({ example: ['さ', 'ち'] }),
};

/** One question of a kana test. */
export const kanaTestItemSchema = z
  .union([
    z
      .object({ id: idField(), reading: z.string().meta({ example: 'ki' }), ...choice })
      .meta({ id: 'KanaReadingItem', description: 'Find the character for a reading.' }),
    z
      .object({
        id: idField(),
        correctReading: z.string().meta({ example: 'ki' }),
        character: z.string().meta({ example: 'き' }),
      })
      .meta({ id: 'KanaWritingItem', description: 'A character and its reading, to be written.' }),
    z
      .object({ id: idField(), audioUrl: z.url(), ...choice })
      .meta({ id: 'KanaListeningItem', description: 'Find the character for a sound.' }),
  ])
  .meta({ id: 'KanaTestItem' });

const mark = () => z.number().min(0).max(1).meta({ description: '0 when untested.', example: 0.84 });

/** What a learner knows of one character. */
export const kanaProgressSchema = z
  .object({
    characterId: idField(),
    characterHiragana: z.string().meta({ example: 'き' }),
    characterKatakana: z.string().meta({ example: 'キ' }),
    hiraganaReadingResult: mark(),
    hiraganaWritingResult: mark(),
    hiraganaListeningResult: mark(),
    katakanaReadingResult: mark(),
    katakanaWritingResult: mark(),
    katakanaListeningResult: mark(),
    lastTestedAt: timestamp(),
  })
  .meta({ id: 'KanaProgress' });

const number = () => z.int().min(0);

const skillCountsSchema = z
  .object({
    tested: number(),
    mastered: number().meta({ description: 'With a mark of at least 0.9.' }),
    total: number(),
  })
  .meta({ id: 'KanaSkillCounts' });

const alphabetSummarySchema = z
  .object({ reading: skillCountsSchema, writing: skillCountsSchema, listening: skillCountsSchema })
  .meta({ id: 'KanaAlphabetSummary' });

/** What a learner knows in numbers. */
export const kanaSummarySchema = z
  .object({ hiragana: alphabetSummarySchema, katakana: alphabetSummarySchema })
  .meta({ id: 'KanaSummary' });
