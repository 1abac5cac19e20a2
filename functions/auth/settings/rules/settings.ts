/** What a learner has chosen, and the defaults where nothing is stored (auth.md, "Settings"). */
export interface Settings {
  readonly newWordCount: number;
  readonly oldWordCount: number;
  readonly alphabetLearnCount: number;
  readonly language: Language;
  readonly alphabetRepeat: RepeatFlag;
  /** Name of the IANA database. */
  readonly timeZone: string;
  /** Local hour at which a learning day begins. */
  readonly dayStartsAt: number;
  readonly desiredRetention: number;
}

/** Languages of translations. */
export const LANGUAGES = ['en', 'ru', 'de'] as const;
export type Language = (typeof LANGUAGES)[number];

/** Whether kana that are learnt come back: ask, never, or with a nightly task. */
export const REPEAT_FLAGS = ['in question', 'ignore', 'repeat'] as const;
export type RepeatFlag = (typeof REPEAT_FLAGS)[number];

/** What holds without a stored row; the columns have the same defaults. */
export const DEFAULT_SETTINGS: Settings = {
  newWordCount: 20,
  oldWordCount: 20,
  alphabetLearnCount: 10,
  language: 'en',
  alphabetRepeat: 'in question',
  timeZone: 'UTC',
  dayStartsAt: 4,
  desiredRetention: 0.9,
};
