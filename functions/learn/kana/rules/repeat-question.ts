/** What a user wants to happen to marks once everything is mastered. */
export const REPEAT_FLAGS = ['in question', 'ignore', 'repeat'] as const;
/** One of {@link REPEAT_FLAGS}. */
export type RepeatFlag = (typeof REPEAT_FLAGS)[number];

/** How many skills the catalogue offers, and how many of these the user has mastered. */
export interface Mastery {
  readonly attainable: number;
  readonly mastered: number;
}

/** Whether the client should ask if the alphabet is to be repeated (rule R14). */
export const asksForRepeat = (flag: RepeatFlag, { attainable, mastered }: Mastery): boolean =>
  flag === 'in question' && attainable > 0 && mastered === attainable;
