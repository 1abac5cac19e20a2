import { z } from 'zod';
import { endpoint } from '#shared/http/endpoint.ts';
import { createdSchema, idField } from '#shared/http/fields.ts';
import { createCharacter, storeSound } from '../admin-catalogue.ts';
import { characterFields, SOUND_PART } from '../character.schema.ts';

const schema = z.object({ ...characterFields, consonant: characterFields.consonant.default('') });

/** POST /admin/characters, admin: JSON, or multipart to give the sound along. */
export const handler = endpoint(
  {
    summary: 'Create a character',
    guard: 'admin',
    idempotent: true,
    request: { body: { format: 'json-or-multipart', schema, files: SOUND_PART } },
    responses: {
      201: {
        description: 'The character has been added to the catalogue.',
        schema: createdSchema.extend({ characterId: idField() }),
        headers: { Location: 'Link to the character.' },
      },
    },
    errors: ['consonant_vowel_taken', 'hiragana_taken', 'katakana_taken'],
  },
  async ({ body, files }, context) => {
    const sound = await storeSound(context, files['audio']);
    return context.commit(async (tx) => {
      const id = await createCharacter(tx, context, body, sound);
      return {
        status: 201,
        headers: { location: `/api/v6/admin/characters/${id}` },
        body: { id, characterId: id, message: 'Character created' },
      };
    });
  },
);
