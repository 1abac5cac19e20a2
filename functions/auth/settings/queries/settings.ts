import type { Updateable } from 'kysely';
import type { Queryable } from '#shared/database/database.ts';
import { violatedConstraint } from '#shared/database/errors.ts';
import type { Tables } from '#shared/database/tables.ts';
import type { Language, RepeatFlag, Settings } from '../rules/settings.ts';
import '../../tables.ts';

/** A row of `user_settings`. */
export interface StoredSettings extends Settings {
  readonly id: number;
  readonly userId: number;
}

/** The settings to write; what is undefined stays. */
export type SettingsChanges = { readonly [K in keyof Settings]?: Settings[K] | undefined };

/** The stored settings, or undefined when the account has none. */
export const findSettings = async (db: Queryable, userId: number): Promise<StoredSettings | undefined> => {
  const row = await db
    .selectFrom('user_settings')
    .selectAll()
    .where('user_id', '=', userId)
    .executeTakeFirst();
  return (
    row && {
      id: row.id,
      userId: row.user_id,
      newWordCount: row.new_word_count,
      oldWordCount: row.old_word_count,
      alphabetLearnCount: row.alphabet_learn_count,
      // Check constraints allow no other values.
      language: row.language as Language,
      alphabetRepeat: row.alphabet_repeat as RepeatFlag,
      timeZone: row.time_zone,
      dayStartsAt: row.day_starts_at,
      desiredRetention: Number(row.desired_retention),
    }
  );
};

type SettingsColumns = Omit<Updateable<Tables['user_settings']>, 'user_id' | 'created_at' | 'updated_at'>;

const toColumns = (changes: SettingsChanges): SettingsColumns => {
  const columns = {
    new_word_count: changes.newWordCount,
    old_word_count: changes.oldWordCount,
    alphabet_learn_count: changes.alphabetLearnCount,
    language: changes.language,
    alphabet_repeat: changes.alphabetRepeat,
    time_zone: changes.timeZone,
    day_starts_at: changes.dayStartsAt,
    desired_retention: changes.desiredRetention?.toFixed(2),
  };
  return Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined));
};

/** Writes settings; a row that is missing is created, with defaults for the rest. */
export const saveSettings = async (
  db: Queryable,
  userId: number,
  changes: SettingsChanges,
  now: Date,
): Promise<void> => {
  const columns = { ...toColumns(changes), updated_at: now };
  await db
    .insertInto('user_settings')
    .values({ user_id: userId, created_at: now, ...columns })
    .onDuplicateKeyUpdate(columns)
    .execute();
};

/** Creates default settings; undefined when the account has settings already. */
export const insertDefaultSettings = async (
  db: Queryable,
  userId: number,
  now: Date,
): Promise<number | undefined> => {
  try {
    const { insertId } = await db
      .insertInto('user_settings')
      .values({ user_id: userId, created_at: now, updated_at: now })
      .executeTakeFirstOrThrow();
    return Number(insertId);
  } catch (error) {
    if (violatedConstraint(error) === 'uq_user_settings_user') return undefined;
    throw error;
  }
};
