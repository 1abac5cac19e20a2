/** What a user wants to happen to marks once everything is mastered (auth.md, `alphabetRepeat`). */
type RepeatFlag = 'in question' | 'ignore' | 'repeat';

/** How many skills the catalogue offers, and how many of these the user has mastered. */
export interface Mastery {
  readonly attainable: number;
  readonly mastered: number;
}

/** Whether the client should ask if the alphabet is to be repeated (rule R14). */
export const asksForRepeat = (flag: RepeatFlag, { attainable, mastered }: Mastery): boolean =>
  flag === 'in question' && attainable > 0 && mastered === attainable;
