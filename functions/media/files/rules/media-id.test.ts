import { describe, expect, it } from 'vitest';
import { isUploadId, parseMediaId } from './media-id.ts';

const UUID = '3f0e7a52-6a1c-4a0e-9f5b-0c2f7d1b9a44';

describe('parseMediaId', () => {
  it('takes a UUID v4 with an extension of the table', () => {
    expect(parseMediaId(`${UUID}.mp3`)).toMatchObject({ uuid: UUID, content: { contentType: 'audio/mpeg' } });
  });

  it.each([
    `${UUID.toUpperCase()}.mp3`,
    `${UUID}.MP3`,
    `${UUID}.exe`,
    `${UUID}.constructor`,
    `${UUID}`,
    `${UUID}.mp3.mp3`,
    `../${UUID}.mp3`,
    `${UUID}.mp3\n`,
    '3f0e7a52-6a1c-1a0e-9f5b-0c2f7d1b9a44.mp3',
    'uploads',
    '',
  ])('refuses %j', (id) => {
    expect(parseMediaId(id)).toBeUndefined();
  });

  it('knows the id of an upload', () => {
    expect([isUploadId(UUID), isUploadId(`${UUID}.mp3`), isUploadId(UUID.toUpperCase())]).toEqual([
      true,
      false,
      false,
    ]);
  });
});
