import { join } from 'node:path';

/** Absolute path of the checkout. */
export const REPOSITORY = join(import.meta.dirname, '..');

/** Everything the local environment writes; ignored by git. */
export const LOCAL_DIRECTORY = join(REPOSITORY, '.local');

/** Downloaded Debian packages; survives `npm run reset`, so that a reset needs no network. */
export const PACKAGES_DIRECTORY = join(LOCAL_DIRECTORY, 'packages');

/** Held by a running `npm start`; contains its process id. */
export const START_LOCK = join(LOCAL_DIRECTORY, 'start.lock');

/** Written by `npm start` once the API answers, removed when it stops. */
export const ENVIRONMENT_FILE = join(LOCAL_DIRECTORY, 'environment.json');
