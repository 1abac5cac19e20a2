import { fileURLToPath } from 'node:url';

/** Absolute path of the checkout that this process runs from; only modules that no bundle contains may use it. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
