import { attach, remove, store } from '#functions/media/index.ts';
import type { Transaction } from '#shared/database/database.ts';
import { withTransaction } from '#shared/database/transaction.ts';
import { AppError, invalid } from '#shared/errors/app-error.ts';
import type { Context, TransactionContext } from '#shared/host/context.ts';
import { requireActor } from '#shared/http/caller/acting.ts';
import type { UploadedFile } from '#shared/http/contract.ts';
import type { RequestContext } from '#shared/http/request-state.ts';
import {
  deleteCharacterRow,
  findCharacter,
  insertCharacter,
  listCharacters,
  lockCharacter,
  saveCharacter,
} from './queries/characters.ts';
import type { Character, CharacterFields } from './rules/character.ts';

/** Who changes the catalogue, and with what. */
type AdminContext = Context & Pick<RequestContext, 'caller'>;

/** All characters by ascending id. */
export const listAllCharacters = ({ db }: Pick<Context, 'db'>): Promise<Character[]> => listCharacters(db);

/** The character with this id. @throws AppError `not_found` */
export const getCharacter = async ({ db }: Pick<Context, 'db'>, id: number): Promise<Character> => {
  const character = await findCharacter(db, id);
  if (!character) throw new AppError('not_found');
  return character;
};

/**
 * Stores an uploaded sound, not attached yet, and returns its id; a part without file name counts as absent.
 * @throws AppError `validation_failed` (empty file), `unsupported_media_type` (no audio), `unavailable`
 */
export const storeSound = async (
  context: Context,
  file: UploadedFile | undefined,
): Promise<string | undefined> => {
  if (!file?.filename) return undefined;
  const { filename, bytes } = file;
  const stream = (async function* () {
    yield bytes;
  })();
  return (await store(context, { type: 'character', stream, filename, field: 'audio' })).id;
};

/**
 * Creates a character, with its stored sound if one is given, and returns its id.
 * @throws AppError `consonant_vowel_taken`, `hiragana_taken`, `katakana_taken`
 */
export const createCharacter = async (
  tx: Transaction,
  context: TransactionContext,
  fields: CharacterFields,
  sound: string | undefined,
): Promise<number> => {
  if (sound === undefined) return insertCharacter(tx, fields, context.now());
  await attach(tx, context, sound, { type: 'character' });
  return insertCharacter(tx, { ...fields, audioMediaId: sound }, context.now());
};

/** What a PATCH asks for; fields that are undefined stay. */
export interface CharacterUpdate {
  readonly fields: { readonly [K in keyof CharacterFields]?: CharacterFields[K] | undefined };
  readonly removeAudio: boolean | undefined;
  readonly file: UploadedFile | undefined;
}

/** Refuses an edit that names nothing, or both takes the sound away and gives one. */
const checkEdit = ({ fields, removeAudio, file }: CharacterUpdate): void => {
  if (removeAudio && file?.filename) {
    const message = 'must not be true together with an audio file';
    throw invalid({ field: 'removeAudio', message, code: 'invalid_value' });
  }
  const values = [...Object.values(fields), removeAudio, file?.filename || undefined];
  if (values.some((value) => value !== undefined)) return;
  const message = 'must hold at least one field of a character, an audio file or removeAudio';
  throw invalid({ field: '', message, code: 'required' });
};

/**
 * Changes a character. The new sound is taken over, the row written and the old sound removed in one transaction,
 * so whatever fails, the old sound stays (rule R18).
 * @throws AppError `validation_failed`, `not_found`, `unsupported_media_type`, `unavailable`,
 * `consonant_vowel_taken`, `hiragana_taken`, `katakana_taken`
 */
export const updateCharacter = async (
  context: AdminContext,
  id: number,
  edit: CharacterUpdate,
): Promise<void> => {
  checkEdit(edit);
  await getCharacter(context, id);
  const sound = await storeSound(context, edit.file);
  const isReplaced = sound !== undefined || edit.removeAudio === true;
  await withTransaction(context.db, async (tx) => {
    await requireActor(tx, context.caller);
    const stored = await lockCharacter(tx, id);
    if (!stored) throw new AppError('not_found');
    if (sound !== undefined) await attach(tx, context, sound, { type: 'character' });
    const change = { ...edit.fields, ...(isReplaced ? { audioMediaId: sound ?? null } : {}) };
    await saveCharacter(tx, id, change, context.now());
    if (isReplaced && stored.audioMediaId !== undefined) await remove(tx, context, stored.audioMediaId);
  });
};

/** Deletes a character with its sound and the skills of all users in it. @throws AppError `not_found` */
export const deleteCharacter = (context: AdminContext, id: number): Promise<void> =>
  withTransaction(context.db, async (tx) => {
    await requireActor(tx, context.caller);
    const stored = await lockCharacter(tx, id);
    if (!stored) throw new AppError('not_found');
    await deleteCharacterRow(tx, id);
    if (stored.audioMediaId !== undefined) await remove(tx, context, stored.audioMediaId);
  });
