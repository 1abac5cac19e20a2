import { lockOwnAccount, readSettings, type Settings } from '#functions/auth/index.ts';
import type { Transaction } from '#shared/database/database.ts';
import { AppError, type Issue } from '#shared/errors/app-error.ts';
import type { TransactionContext } from '#shared/host/context.ts';
import { holdCharacters } from './queries/asked-characters.ts';
import { countMastery, findSkillStates, type SkillKind, saveSkillStates } from './queries/skills.ts';
import { asksForRepeat } from './rules/repeat-question.ts';
import { applyResult, countedResults } from './rules/scoring.ts';

/** One answered question; without `testedAt` it was answered now. */
export interface GivenResult {
  readonly characterId: number;
  readonly passed: boolean;
  readonly answer: string | undefined;
  readonly testedAt: Date | undefined;
}

/** The answers of one test; `repeat` replaces the stored flag for this submission only. */
export interface Submission extends SkillKind {
  readonly results: readonly GivenResult[];
  readonly repeat: Settings['alphabetRepeat'] | undefined;
}

/** Refuses ids that no character has, one issue per entry. @throws AppError `validation_failed` */
const checkCharacters = async (transaction: Transaction, results: readonly GivenResult[]): Promise<void> => {
  const ids = [...new Set(results.map(({ characterId }) => characterId))];
  const stored = await holdCharacters(transaction, ids);
  const issues = results.flatMap(({ characterId }, index): Issue[] => {
    if (stored.has(characterId)) return [];
    const message = `Character ${characterId} does not exist`;
    return [{ field: `results[${index}].characterId`, code: 'unknown_character', message }];
  });
  if (issues.length > 0)
    throw new AppError('validation_failed', { message: 'Unknown characters', details: issues });
};

const scoreResults = async (
  transaction: Transaction,
  { results, ...kind }: Submission,
  now: Date,
): Promise<void> => {
  const counted = countedResults(results);
  const ids = counted.map(({ characterId }) => characterId);
  const stored = await findSkillStates(transaction, kind, ids);
  const states = counted.map(({ characterId, passed, answer, testedAt = now }) => {
    const result = { passed, answer, testedAt: testedAt > now ? now : testedAt };
    return [characterId, applyResult(stored.get(characterId), result)] as const;
  });
  await saveSkillStates(transaction, kind, new Map(states));
};

/**
 * Scores the answers of a test and tells whether to ask for a repetition (rules R10-R14). The lock on the account
 * comes first: submissions and drops of one user take turns, each seeing the marks that the one before left.
 * @throws AppError `validation_failed` (`unknown_character`), `invalid_token`
 */
export const saveResults = async (
  transaction: Transaction,
  { now }: Pick<TransactionContext, 'now'>,
  submission: Submission,
): Promise<{ askForRepeat: boolean }> => {
  const { userId, results, repeat } = submission;
  await lockOwnAccount(transaction, userId);
  await checkCharacters(transaction, results);
  await scoreResults(transaction, submission, now());
  const flag = repeat ?? (await readSettings(transaction, userId)).alphabetRepeat;
  return { askForRepeat: asksForRepeat(flag, await countMastery(transaction, userId)) };
};
