import { join } from 'node:path';
import { type Files, filesBelow } from '#shared/checkout/package-files.ts';

/** The sounds of the seeded characters, by file name. */
export const SOUNDS: Files = filesBelow(join(import.meta.dirname, 'audio'));
