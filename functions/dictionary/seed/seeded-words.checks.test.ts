import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { cellIssues } from './checks/cells.ts';
import { japaneseIssues } from './checks/japanese.ts';
import { listIssues } from './checks/list.ts';
import { soundFolderIssues, soundIssues } from './checks/sounds.ts';
import { parseSeed, readSeed, SEED_COLUMNS, type SeedRow, SOUND_FOLDER, soundName } from './seeded-words.ts';

const GOOD: SeedRow = {
  word: '食べる',
  phoneticClues: 'たべる',
  level: 'N5',
  position: '1',
  tags: 'food;verb',
  russianTranslation: 'есть, кушать',
  englishTranslation: 'to eat',
  germanTranslation: 'essen',
  example: '朝ごはんを食べました。',
  exampleRussianTranslation: 'Я поел завтрак.',
  exampleEnglishTranslation: 'I ate breakfast.',
  exampleGermanTranslation: 'Ich habe gefrühstückt.',
  easyPeriod: '7',
  normalPeriod: '4',
  hardPeriod: '2',
  extraHardPeriod: '1',
  wordFurigana: '食[た]べる',
  exampleFurigana: '朝[あさ]ごはんを食[た]べました。',
};
const rowIssues = (changes: Partial<SeedRow>) => {
  const row = { ...GOOD, ...changes };
  return [...cellIssues(row), ...japaneseIssues(row)];
};

describe('a row', () => {
  it('that is good passes', () => expect(rowIssues({})).toEqual([]));

  it('may leave out the furigana of texts in kana', () => {
    const kana = { word: 'これ', phoneticClues: 'これ', wordFurigana: '' };
    expect(rowIssues({ ...kana, example: 'これはいい。', exampleFurigana: '' })).toEqual([]);
  });

  test.each<[Partial<SeedRow>, string]>([
    [{ russianTranslation: '' }, 'russianTranslation is empty'],
    [{ englishTranslation: 'x'.repeat(61) }, 'englishTranslation has 61 characters'],
    [{ exampleEnglishTranslation: 'x'.repeat(256) }, 'exampleEnglishTranslation has 256 characters'],
    [{ germanTranslation: 'es\u0007sen' }, 'germanTranslation holds a control character'],
    [{ germanTranslation: 'essen ' }, 'germanTranslation begins or ends with a space'],
    [{ germanTranslation: 'fu\u0308ttern' }, 'germanTranslation is not NFC'],
    [
      { germanTranslation: 'essen (Obst, Brot)' },
      'germanTranslation has a comma or semicolon inside parentheses',
    ],
    [{ russianTranslation: 'to eat' }, 'russianTranslation has no Cyrillic letter'],
    [{ exampleRussianTranslation: 'Ел パン.' }, 'exampleRussianTranslation has a kana'],
    [{ englishTranslation: '???' }, 'englishTranslation has no Latin letter'],
    [{ germanTranslation: 'еssen' }, 'germanTranslation has a Cyrillic letter'],
    [{ englishTranslation: 'たべる eat' }, 'englishTranslation has a kana'],
    [{ level: 'N3' }, 'level is neither N5 nor N4'],
    [{ position: '0' }, 'position is no number from 1 on'],
    [{ hardPeriod: '3' }, 'hardPeriod is not 2'],
    [{ tags: 'food' }, 'tags name 0 parts of speech'],
    [{ tags: 'noun;verb' }, 'tags name 2 parts of speech'],
    [{ tags: 'verb;food' }, 'tags are repeated or not in ascending order'],
    [{ tags: 'verb;verb' }, 'tags are repeated or not in ascending order'],
    [{ tags: `verb;${'x'.repeat(31)}` }, 'tags hold one that is empty, too long or has a comma'],
    [{ phoneticClues: '食べる' }, 'phoneticClues is not kana'],
    [{ example: '食食。', exampleFurigana: '食[た]食[た]。' }, 'example has no kana'],
    [{ example: '食べました', exampleFurigana: '食[た]べました' }, 'example does not end in 。, ？ or ！'],
    [{ example: '飲みました。', exampleFurigana: '飲[の]みました。' }, 'example lacks the word'],
    [{ exampleGermanTranslation: GOOD.example }, 'a translation of the example is the example'],
    [{ wordFurigana: '' }, 'wordFurigana is missing'],
    [{ exampleFurigana: '' }, 'exampleFurigana is missing'],
    [{ wordFurigana: '食[のめ]る' }, 'wordFurigana is not the word with its reading'],
    [{ exampleFurigana: '朝ごはんを食[た]べました。' }, 'exampleFurigana is not the example with readings'],
  ])('%j: %s', (changes, fault) => expect(rowIssues(changes)).toContain(fault));
});

describe('the list', () => {
  const seed = readSeed();
  const at = (index: number, changes: Partial<SeedRow>) =>
    seed.map((row, each) => (each === index ? { ...row, ...changes } : row));

  it('that is shipped passes, each row and as a whole', () => {
    expect(seed.flatMap((row) => [...cellIssues(row), ...japaneseIssues(row)])).toEqual([]);
    expect(listIssues(seed)).toEqual([]);
  });

  it('has a fault for each word too few or too many', () => {
    expect(listIssues(seed.slice(0, 479))).toContain('479 words');
    const more = Array.from({ length: 601 }, () => GOOD);
    expect(listIssues(more)).toContain('601 words');
    const fewN4 = seed.filter(({ level, position }) => level === 'N5' || Number(position) <= 149);
    expect(listIssues(fewN4)).toContain('N4 has 149 words');
  });

  it('has a fault for a gap, a repeat and a missing reading', () => {
    expect(listIssues(at(9, { position: '9' }))).toContain('N5 has a gap or repeat at position 10');
    const [first] = seed;
    if (!first) throw new Error('the seed is empty');
    const { word, phoneticClues, englishTranslation } = first;
    expect(listIssues(at(1, { word, phoneticClues }))).toContain(
      `${word}: word and phoneticClues as in ${word} (${phoneticClues})`,
    );
    expect(listIssues(at(1, { englishTranslation }))).toContain(
      `${seed[1]?.word}: englishTranslation as in ${word} (${phoneticClues})`,
    );
    expect(listIssues(seed.filter((row) => row.phoneticClues !== 'あお'))).toContain('no word reads あお');
  });

  it('is refused with other columns', () => {
    const header = SEED_COLUMNS.join();
    const cells = SEED_COLUMNS.map((column) => GOOD[column].replace(/.*,.*/, '"$&"')).join();
    expect(parseSeed(`\ufeff${header}\r\n${cells}\r\n\r\n`)).toEqual([GOOD]);
    expect(() => parseSeed(`${header},more\n${cells},x\n`)).toThrow('more');
    expect(() => parseSeed(`${header}\n${cells},x\n`)).toThrow();
  });
});

describe('the sounds', () => {
  const [row = GOOD] = readSeed();
  const sound = readFileSync(`${SOUND_FOLDER}${soundName(row)}`);
  const changed = (change: (bytes: Buffer) => void) => {
    const bytes = Buffer.from(sound);
    change(bytes);
    return bytes;
  };
  const lasting = (seconds: number) =>
    changed((bytes) => {
      const end = bytes.readUInt16LE(38) + Math.round(seconds * 48_000);
      bytes.writeBigUInt64LE(BigInt(end), bytes.lastIndexOf('OggS') + 6);
    });

  it('are mono Ogg/Opus of 0.3 to 3 s and at most 16 KiB', () => {
    expect(soundIssues(sound)).toEqual([]);
    expect(soundIssues(lasting(0.3))).toEqual([]);
    expect(soundIssues(lasting(3))).toEqual([]);
    expect(soundIssues(lasting(0.29))).toEqual(['lasts 0.29 s']);
    expect(soundIssues(lasting(3.01))).toEqual(['lasts 3.01 s']);
    expect(soundIssues(changed((bytes) => bytes.writeUInt8(2, 37)))).toEqual(['has 2 channels']);
    expect(soundIssues(Buffer.from('RIFF'))).toEqual(['is not Ogg/Opus']);
    const long = Buffer.concat([sound.subarray(0, 60), Buffer.alloc(16 * 1024), sound.subarray(60)]);
    expect(soundIssues(long)).toEqual([`has ${long.length} bytes`]);
  });

  it('are one for each word, and no other', () => {
    const name = soundName(row);
    expect(soundFolderIssues([row], [{ name: name.normalize('NFD'), bytes: sound }])).toEqual([]);
    expect(soundFolderIssues([row], [])).toEqual([`${name} is missing`]);
    expect(soundFolderIssues([], [{ name, bytes: sound }])).toEqual([`${name} belongs to no word`]);
    const many = Array.from({ length: 300 }, (_, index) => ({
      name: `${index}`,
      bytes: Buffer.alloc(15_000),
    }));
    expect(soundFolderIssues([], many)).toContain('the sounds have 4500000 bytes');
  });

  it('are named after the word and its reading', () => {
    expect(soundName(GOOD)).toBe('食べる_たべる.ogg');
    expect(soundName({ word: 'これ', phoneticClues: 'これ' })).toBe('これ.ogg');
  });
});
