/** A mark from which on a skill counts as mastered. */
export const MASTERED_MARK = 0.9;

/** Marks have four decimals; counted in these units all arithmetic on them is exact. */
const UNITS = 10_000;
const PASS_SHARE = 0.6;

const roundHalfUp = (units: number): number => Math.floor((Math.round(units * 10) + 5) / 10);

/**
 * The mark after an answer (rule R10): a pass wins 60 % of what is missing, a fail costs half; rounded half up to
 * four decimals. Passes in a row from 0 give 0.6, 0.84, 0.936, 0.9744, 0.9898.
 */
export const nextMark = (mark: number, passed: boolean): number => {
  const units = Math.round(mark * UNITS);
  return roundHalfUp(passed ? units + (UNITS - units) * PASS_SHARE : units * 0.5) / UNITS;
};

/** What is stored of a skill: one row, from its first result on. */
export interface SkillState {
  readonly mark: number;
  readonly attempts: number;
  readonly correct: number;
  readonly lastAnswer: string | undefined;
  readonly lastTestedAt: Date;
}

/** One counted entry of a submission; `testedAt` is not later than the server's time. */
export interface SkillResult {
  readonly passed: boolean;
  readonly answer: string | undefined;
  readonly testedAt: Date;
}

/** The skill after a result (rule R11); `stored` is undefined while the skill is untested. */
export const applyResult = (
  stored: SkillState | undefined,
  { passed, answer, testedAt }: SkillResult,
): SkillState => ({
  mark: nextMark(stored?.mark ?? 0, passed),
  attempts: (stored?.attempts ?? 0) + 1,
  correct: (stored?.correct ?? 0) + (passed ? 1 : 0),
  lastAnswer: answer,
  lastTestedAt: stored && stored.lastTestedAt > testedAt ? stored.lastTestedAt : testedAt,
});

/** Of several entries for one character the last in array order, at the place of its first (rule R11). */
export const countedResults = <T extends { readonly characterId: number }>(entries: readonly T[]): T[] => [
  ...new Map(entries.map((entry) => [entry.characterId, entry])).values(),
];
