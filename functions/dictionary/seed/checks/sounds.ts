import { type SeedRow, soundName } from '../seeded-words.ts';

/** A file of the sound folder. */
export interface SoundFile {
  readonly name: string;
  readonly bytes: Buffer;
}

const MAXIMUM_BYTES = 16 * 1024;
const MAXIMUM_TOTAL_BYTES = 4 * 1024 * 1024;
const MINIMUM_SECONDS = 0.3;
const MAXIMUM_SECONDS = 3;
/** Opus always counts 48,000 samples a second, whatever it was made from. */
const SAMPLES_PER_SECOND = 48_000;
/** Where the identification header stands in the first page of an Ogg/Opus file (RFC 7845). */
const HEAD_OFFSET = 28;

/** What is wrong with the bytes of one sound. */
export const soundIssues = (bytes: Buffer): string[] => {
  const isOpus =
    bytes.subarray(0, 4).toString('latin1') === 'OggS' &&
    bytes.subarray(HEAD_OFFSET, HEAD_OFFSET + 8).toString('latin1') === 'OpusHead';
  if (!isOpus) return ['is not Ogg/Opus'];
  const channels = bytes[HEAD_OFFSET + 9];
  const preSkip = bytes.readUInt16LE(HEAD_OFFSET + 10);
  const end = Number(bytes.readBigUInt64LE(bytes.lastIndexOf('OggS') + 6));
  const seconds = (end - preSkip) / SAMPLES_PER_SECOND;
  const faults: string[] = [];
  if (channels !== 1) faults.push(`has ${channels} channels`);
  if (bytes.length > MAXIMUM_BYTES) faults.push(`has ${bytes.length} bytes`);
  if (seconds < MINIMUM_SECONDS || seconds > MAXIMUM_SECONDS) faults.push(`lasts ${seconds.toFixed(2)} s`);
  return faults;
};

/** What is wrong with the sound files of the words: one that is missing, left over, or {@link soundIssues}. */
export const soundFolderIssues = (rows: readonly SeedRow[], files: readonly SoundFile[]): string[] => {
  // Some file systems hand names out decomposed.
  const present = new Map(files.map(({ name, bytes }) => [name.normalize('NFC'), bytes]));
  const wanted = new Set(rows.map(soundName));
  const total = files.reduce((sum, { bytes }) => sum + bytes.length, 0);
  return [
    ...[...wanted].filter((name) => !present.has(name)).map((name) => `${name} is missing`),
    ...[...present.keys()].filter((name) => !wanted.has(name)).map((name) => `${name} belongs to no word`),
    ...[...present].flatMap(([name, bytes]) => soundIssues(bytes).map((fault) => `${name} ${fault}`)),
    ...(total > MAXIMUM_TOTAL_BYTES ? [`the sounds have ${total} bytes`] : []),
  ];
};
