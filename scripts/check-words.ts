/** `npm run check:words`: holds the seeded words and their sounds against the rules in docs/words.md. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cellIssues } from '#functions/dictionary/seed/checks/cells.ts';
import { japaneseIssues } from '#functions/dictionary/seed/checks/japanese.ts';
import { listIssues } from '#functions/dictionary/seed/checks/list.ts';
import { soundFolderIssues } from '#functions/dictionary/seed/checks/sounds.ts';
import { readSeed, SOUND_FOLDER } from '#functions/dictionary/seed/seeded-words.ts';

const rows = readSeed();
const sounds = readdirSync(SOUND_FOLDER)
  .filter((name) => name.endsWith('.ogg'))
  .map((name) => ({ name, bytes: readFileSync(join(SOUND_FOLDER, name)) }));

const faults = [
  ...rows.flatMap((row) =>
    [...cellIssues(row), ...japaneseIssues(row)].map(
      (fault) => `${row.level} ${row.position} ${row.word}: ${fault}`,
    ),
  ),
  ...listIssues(rows),
  ...soundFolderIssues(rows, sounds),
];

for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exit(1);
const ofLevel = (level: string) => rows.filter((row) => row.level === level).length;
const kilobytes = Math.round(sounds.reduce((sum, { bytes }) => sum + bytes.length, 0) / 1024);
console.log(
  `${rows.length} words hold (${ofLevel('N5')} N5, ${ofLevel('N4')} N4), ${sounds.length} sounds of ${kilobytes} KiB`,
);
