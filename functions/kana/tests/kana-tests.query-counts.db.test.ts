import { afterAll, beforeAll, expect, test } from 'vitest';
import { withTransaction } from '#shared/database/transaction.ts';
import type { Context } from '#shared/host/context.ts';
import type { SignedInUser } from '#shared/testing/accounts.ts';
import { dropMarks } from '../marks/mark-drops.ts';
import { type LearnerHarness, openLearnerHarness } from '../testing/learner-harness.ts';
import { drawTest } from './kana-tests.ts';
import { getSummary, listHistory } from './progress.ts';
import { saveResults } from './test-results.ts';

let world: LearnerHarness;
let few: SignedInUser;
let many: SignedInUser;
beforeAll(async () => {
  world = await openLearnerHarness();
  await world.seedCatalogue();
  few = await world.createLearner();
  many = await world.createLearner();
  const everything = Array.from({ length: 104 }, (_, index) => index + 1);
  await world.submit(few, { type: 'hiragana', testType: 'reading' }, [1]);
  for (const type of ['hiragana', 'katakana'] as const)
    for (const testType of ['reading', 'writing', 'listening'] as const)
      await world.submit(many, { type, testType }, everything);
});
afterAll(() => world.close());

/** Statements that the work sends to the database. */
const statements = async (work: (context: Context) => Promise<unknown>): Promise<number> => {
  let count = 0;
  const counting = world.db.withPlugin({
    transformQuery: ({ node }) => {
      count += 1;
      return node;
    },
    transformResult: async ({ result }) => result,
  });
  await work(world.context({ db: counting }));
  return count;
};

const kind = { alphabet: 'hiragana', testType: 'reading' } as const;
const drawing = { ...kind, locale: 'en', set: 'all' } as const;
const NO_KEY = { taskRunId: undefined, idempotencyKey: undefined };
const results = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    ...{ characterId: index + 1, passed: true, answer: undefined, testedAt: undefined },
  }));

type Work = (context: Context, userId: number, size: number) => Promise<unknown>;
const WORKS: readonly (readonly [name: string, statements: number, work: Work])[] = [
  ['a test', 3, (context, userId) => drawTest(context, { ...drawing, userId }, Math.random)],
  ['the history', 1, (context, userId) => listHistory(context, userId)],
  ['the summary', 1, (context, userId) => getSummary(context, userId)],
  [
    'a submission',
    6,
    (context, userId, size) =>
      withTransaction(context.db, (tx) =>
        saveResults(tx, context, { ...kind, userId, results: results(size), repeat: undefined }),
      ),
  ],
  ['a drop', 5, (context, userId) => dropMarks(context, { userId, ...NO_KEY })],
];

test.each(WORKS)('%s takes %i statements, however much there is', async (_name, expected, work) => {
  expect(await statements((context) => work(context, few.userId, 1))).toBe(expected);
  expect(await statements((context) => work(context, many.userId, 104))).toBe(expected);
});
