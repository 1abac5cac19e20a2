import { z } from 'zod';
import { repeatFlagField } from '#functions/auth/index.ts';
import { callerId } from '#shared/http/caller.ts';
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
  .meta({ description: 'When it was answered: not before 2000; the present when absent or later than it.' });

const result = z.object({
  characterId: z.int().min(1),
  passed: z.boolean(),
  answer: textField(0, 20)
    .optional()
    .meta({ description: 'What the learner gave: kept, never graded; empty counts as absent.' }),
  testedAt,
});

const body = z.object({
  results: z.array(result).min(1).max(200).meta({
    description: 'Of several entries for one character only the last counts.',
  }),
  repeat: repeatFlagField()
    .optional()
    .meta({ description: 'Replaces the stored flag for this answer only.' }),
});

/** POST /test-results/{type}/{testType}, any signed-in account: scores the answers of a test. */
export const handler = endpoint(
  {
    summary: 'Save the results of a kana test',
    description:
      'All or nothing. `askForRepeat` is true when everything is mastered with these results and the flag is `in question`. Detail code: `unknown_character`.',
    guard: 'user',
    idempotent: true,
    request: { path: skillPath(), body: { format: 'json', schema: body } },
    responses: {
      200: {
        description: 'All results are scored.',
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
