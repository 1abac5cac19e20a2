import { readFile } from 'node:fs/promises';
import { soundPath } from '../seed/seed.ts';

/** The bytes of a seeded sound, such as `ki`. */
export const soundOf = (name: string): Promise<Buffer> =>
  readFile(soundPath({ consonant: name.slice(0, -1), vowel: name.slice(-1) }));

/** A multipart body with texts and, if given, a file part `audio`. */
export const formOf = (
  texts: Readonly<Record<string, string>>,
  audio?: { readonly bytes: Uint8Array; readonly filename: string },
): FormData => {
  const form = new FormData();
  for (const [name, text] of Object.entries(texts)) form.append(name, text);
  if (audio) form.append('audio', new Blob([new Uint8Array(audio.bytes)]), audio.filename);
  return form;
};
