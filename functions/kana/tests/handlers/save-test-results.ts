import { z } from 'zod';
import { repeatFlagSchema } from '#functions/auth/index.ts';
import { callerId } from '#shared/http/caller/caller.ts';
import { endpoint } from '#shared/http/endpoint.ts';
import { requestTime, textField } from '#shared/http/request-fields.ts';
import { skillPath } from '../kana-test.schema.ts';
import { saveResults } from '../test-results.ts';

const EARLIEST = new Date('2000-01-01T00:00:00.000Z');

const testedAt = requestTime()
  .superRefine((time, context) => {
    if (time >= EARLIEST) return;
    context.addIssue({ code: 'custom', message: 'must not be before 2000', params: { code: 'too_small' } });
  })
  .optional()
  .meta({
    description: 'When the question was answered, not before the year 2000. Now if absent or in the future.',
  });

const result = z.object({
  characterId: z.int().min(1),
  passed: z.boolean(),
  answer: textField(0, 20)
    .optional()
    .meta({ description: 'The answer as given. It is stored but not graded; empty counts as absent.' }),
  testedAt,
});

const body = z.object({
  results: z.array(result).min(1).max(200).meta({
    description: 'If a character occurs more than once, the last entry counts.',
  }),
  repeat: repeatFlagSchema
    .optional()
    .meta({ description: 'Overrides the stored setting for this response only.' }),
});

/** POST /test-results/{type}/{testType}, any signed-in account: scores the answers of a test. */
export const handler = endpoint(
  {
    summary: 'Save the results of a kana test',
    description:
      'Saves all results or none. `askForRepeat` is true when these results complete the alphabets and the repeat setting is `in question`. Detail code: `unknown_character`.',
    guard: 'user',
    idempotent: true,
    request: { path: skillPath(), body: { format: 'json', schema: body } },
    responses: {
      200: {
        description: 'The results have been saved.',
        schema: z.object({ message: z.string(), askForRepeat: z.boolean() }),
      },
    },
  },
  async ({ path, body }, context) => {
    const kind = { userId: callerId(context.caller), alphabet: path.type, testType: path.testType };
    const results = body.results.map(({ characterId, passed, answer, testedAt }) => ({
      ...{ characterId, passed, testedAt },
      answer: answer === '' ? undefined : answer,
    }));
    return context.commit(async (tx) => {
      const { askForRepeat } = await saveResults(tx, context, { ...kind, results, repeat: body.repeat });
      return { status: 200, body: { message: 'Test results saved', askForRepeat } };
    });
  },
);
