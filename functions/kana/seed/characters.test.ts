import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SEEDED_CHARACTERS } from './characters.ts';
import { soundPath } from './seed.ts';

/** Rows of the table in docs/kana.md, which is the contract's, by id. */
const documented = new Map(
  readFileSync('docs/kana.md', 'utf8')
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .filter((cells) => cells.length === 18 && /^\d+$/.test(cells[1] ?? ''))
    .flatMap((cells) => [cells.slice(1, 9), cells.slice(9, 17)])
    .map(([id, hiragana, katakana, consonant, vowel, set, englishReading, russianReading]) => [
      Number(id),
      { hiragana, katakana, consonant, vowel, set, englishReading, russianReading },
    ]),
);

describe('the seed', () => {
  it('is the documented table, in its sequence', () => {
    expect(documented.size).toBe(104);
    expect(SEEDED_CHARACTERS).toHaveLength(104);
    SEEDED_CHARACTERS.forEach((fields, index) => {
      expect(fields).toEqual(documented.get(index + 1));
    });
  });

  it('ships exactly one sound for each row, and the credit', () => {
    const shipped = readdirSync('functions/kana/seed/audio').sort();
    const named = SEEDED_CHARACTERS.map(({ consonant, vowel }) => `${consonant}${vowel}.ogg`);
    expect(shipped).toEqual(['README.md', ...named].sort());
    expect(readFileSync('functions/kana/seed/audio/README.md', 'utf8')).toContain('CC BY 4.0');
  });
});

/** Opus always counts 48,000 samples a second, whatever it was made from. */
const SAMPLES_PER_SECOND = 48_000;

/** Channels and seconds of an Ogg/Opus file (RFC 7845: identification header, pre-skip, last granule position). */
const readOpus = (bytes: Buffer) => {
  const head = bytes.indexOf('OpusHead');
  const lastPage = bytes.lastIndexOf('OggS');
  const samples = Number(bytes.readBigUInt64LE(lastPage + 6)) - bytes.readUInt16LE(head + 10);
  return {
    isOgg: bytes.subarray(0, 4).toString() === 'OggS',
    headAt: head,
    channels: bytes[head + 9],
    seconds: samples / SAMPLES_PER_SECOND,
  };
};

describe('the sounds', () => {
  it.each(SEEDED_CHARACTERS.map((fields) => [soundPath(fields).replace(/^.*\//, ''), fields] as const))(
    '%s is Ogg/Opus, mono, 0.2 to 2 s and at most 32 KiB',
    (_name, fields) => {
      const bytes = readFileSync(soundPath(fields));
      const { isOgg, headAt, channels, seconds } = readOpus(bytes);
      expect({ isOgg, headAt, channels }).toEqual({ isOgg: true, headAt: 28, channels: 1 });
      expect(seconds).toBeGreaterThanOrEqual(0.2);
      expect(seconds).toBeLessThanOrEqual(2);
      expect(bytes.length).toBeLessThanOrEqual(32 * 1024);
    },
  );
});
