import { z } from 'zod';
import { endpoint } from '#shared/http/endpoint.ts';
import { openPathId } from '#shared/http/fields.ts';
import { updateCharacter } from '../admin-catalogue.ts';
import { characterFields, SOUND_PART } from '../character.schema.ts';

const schema = z
  .object({
    ...z.object(characterFields).partial().shape,
    removeAudio: z.boolean().optional().meta({ description: '`true` removes the sound.' }),
  })
  .meta({ minProperties: 1, description: 'At least one field.' });

/** PATCH /admin/characters/{id}, admin: JSON, or multipart to give a new sound; an `audio` part alone is enough. */
export const handler = endpoint(
  {
    summary: 'Change a character',
    description: 'An empty multipart field counts as absent; to set an empty `consonant`, send JSON.',
    guard: 'admin',
    request: {
      path: z.object({ id: openPathId() }),
      body: { format: 'json-or-multipart', schema, files: SOUND_PART },
    },
    responses: { 204: { description: 'The changes have been stored.' } },
    errors: ['consonant_vowel_taken', 'hiragana_taken', 'katakana_taken'],
  },
  async ({ path, body: { removeAudio, ...fields }, files }, context) => {
    await updateCharacter(context, path.id, { fields, removeAudio, file: files['audio'] });
    return { status: 204 };
  },
);
