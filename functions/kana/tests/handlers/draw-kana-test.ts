import { z } from 'zod';
import { callerId } from '#shared/http/caller/caller.ts';
import { endpoint } from '#shared/http/endpoint.ts';
import { queryInteger } from '#shared/http/fields.ts';
import { kanaTestItemSchema, localeField, setFilter, skillPath } from '../kana-test.schema.ts';
import { drawTest } from '../kana-tests.ts';

const query = z.object({
  count: queryInteger(1, 104)
    .optional()
    .meta({ description: 'The number of questions; by default the setting `alphabetLearnCount`.' }),
  locale: localeField(),
  set: setFilter(),
});

/** GET /tests/{type}/{testType}, any signed-in account: reads; two calls may differ. */
export const handler = endpoint(
  {
    summary: 'Draw a kana test',
    description:
      'Half of the questions are new characters in catalogue order, half are those with the lowest marks. Beginners get ' +
      'new characters only. Reading tests return `KanaReadingItem`s, writing tests `KanaWritingItem`s and listening ' +
      'tests `KanaListeningItem`s.',
    guard: 'user',
    request: { path: skillPath(), query },
    responses: {
      200: { description: 'The questions, in random order.', schema: z.array(kanaTestItemSchema) },
    },
  },
  async ({ path, query }, context) => {
    const kind = { userId: callerId(context.caller), alphabet: path.type, testType: path.testType };
    return { status: 200, body: await drawTest(context, { ...kind, ...query }, Math.random) };
  },
);
