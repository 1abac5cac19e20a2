import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { attach, restoreBytes, store } from '#functions/media/index.ts';
import type { Config } from '#shared/config/config.ts';
import type { Database, Transaction } from '#shared/database/database.ts';
import { violatedConstraint } from '#shared/database/errors.ts';
import { withTransaction } from '#shared/database/transaction.ts';
import { AppError } from '#shared/errors/app-error.ts';
import { machineClock } from '#shared/host/machine-clock.ts';
import { createLog } from '#shared/log/log.ts';
import { openStorage } from '#shared/storage/storage.ts';
import { ownValue } from '#shared/text/names.ts';
import { insertCharacter, listCharacters, type NewCharacter } from '../characters/queries/characters.ts';
import type { CharacterFields } from '../characters/rules/character.ts';
import { SEEDED_CHARACTERS } from './characters.ts';
import { SOUNDS } from './sounds.assets.ts';

type SeedContext = Parameters<typeof store>[0];

/** Each store waits for the disk several times; a few side by side share these waits. */
const STORES_AT_ONCE = 8;

const keysOf = ({ consonant, vowel, hiragana, katakana }: CharacterFields): string[] => [
  `sound ${consonant} ${vowel}`,
  `hiragana ${hiragana}`,
  `katakana ${katakana}`,
];

/** The seed rows that meet no stored character, with their ids when there is none at all. */
const missingRows = async (db: Database): Promise<NewCharacter[]> => {
  const stored = await listCharacters(db);
  if (stored.length === 0) return SEEDED_CHARACTERS.map((fields, index) => ({ id: index + 1, ...fields }));
  const taken = new Set(stored.flatMap(keysOf));
  return SEEDED_CHARACTERS.filter((fields) => !keysOf(fields).some((key) => taken.has(key)));
};

/** Path of the sound of a seed row. */
export const soundPath = ({ consonant, vowel }: Pick<CharacterFields, 'consonant' | 'vowel'>): string =>
  ownValue(SOUNDS, `${consonant}${vowel}.ogg`) ?? '';

const withSounds = async (context: SeedContext, rows: readonly NewCharacter[]): Promise<NewCharacter[]> => {
  const sounds = new Map<NewCharacter, string>();
  const waiting = rows.values();
  const lane = async (): Promise<void> => {
    for (const row of waiting) {
      const path = soundPath(row);
      const { id } = await store(context, { type: 'character', stream: createReadStream(path) });
      sounds.set(row, id);
    }
  };
  await Promise.all(Array.from({ length: STORES_AT_ONCE }, lane));
  return rows.map((row) => ({ ...row, audioMediaId: sounds.get(row) ?? '' }));
};

/** Inserts a row unless a seed that runs at the same time was faster; its sound is then left to the sweeper. */
const insertRow = async (tx: Transaction, context: SeedContext, row: NewCharacter): Promise<void> => {
  try {
    await insertCharacter(tx, row, context.now());
  } catch (error) {
    if (error instanceof AppError || violatedConstraint(error) !== undefined) return;
    throw error;
  }
  if (row.audioMediaId) await attach(tx, context, row.audioMediaId, { type: 'character' });
};

/** Puts back the sounds that the catalogue has and the store has not. */
const restoreSounds = async (context: SeedContext): Promise<void> => {
  const sounds = await Promise.all(SEEDED_CHARACTERS.map((row) => readFile(soundPath(row))));
  const restored = await restoreBytes(context, sounds);
  if (restored > 0) context.log.info({ restored }, 'sounds that the media store had lost are back');
};

/**
 * Inserts those of the 104 kana that meet no stored character, each with its sound, all of them or none; then restores
 * sounds whose bytes are lost.
 * @throws AppError `unavailable` when the media store is unavailable
 */
export const seed = async (db: Database, config: Config, now = machineClock): Promise<void> => {
  const missing = await missingRows(db);
  const log = createLog(config.LOG_LEVEL);
  const storage = openStorage(config, log);
  const context = { db, storage, log, now };
  try {
    const rows = await withSounds(context, missing);
    if (rows.length > 0) {
      await withTransaction(db, async (tx) => {
        for (const row of rows) await insertRow(tx, context, row);
      });
    }
    await restoreSounds(context);
  } finally {
    await storage.close();
  }
};
