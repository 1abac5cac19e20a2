import { z } from 'zod';
import { callerId } from '#shared/http/caller.ts';
import { endpoint } from '#shared/http/endpoint.ts';
import { idField, queryInteger } from '#shared/http/fields.ts';
import { localeField, setFilter, skillPath } from '../kana-test.schema.ts';
import { drawTest } from '../kana-tests.ts';

const query = z.object({
  count: queryInteger(1, 104)
    .optional()
    .meta({ description: 'Questions wanted; by default the setting `alphabetLearnCount`.' }),
  locale: localeField(),
  set: setFilter(),
});

const choice = {
  correctChar: z.string().meta({ example: 'き' }),
  wrongOptions: z
    .array(z.string())
    .max(2)
    .meta({ example: ['さ', 'ち'] }),
};

const item = z.union([
  z.object({ id: idField(), reading: z.string().meta({ example: 'ki' }), ...choice }),
  z.object({ id: idField(), correctReading: z.string(), character: z.string() }),
  z.object({ id: idField(), audioUrl: z.url(), ...choice }),
]);

/** GET /tests/{type}/{testType}, any signed-in account: reads; two calls may differ. */
export const handler = endpoint(
  {
    summary: 'Draw a kana test',
    description:
      'Half new characters in catalogue order, half those with the lowest marks; all new for beginners. Items of ' +
      'reading tests have `reading`, of writing tests `correctReading`, of listening tests `audioUrl`.',
    guard: 'user',
    request: { path: skillPath(), query },
    responses: { 200: { description: 'The questions in random order.', schema: z.array(item) } },
  },
  async ({ path, query }, context) => {
    const kind = { userId: callerId(context.caller), alphabet: path.type, testType: path.testType };
    return { status: 200, body: await drawTest(context, { ...kind, ...query }, Math.random) };
  },
);
