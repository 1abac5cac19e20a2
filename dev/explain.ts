import { ConfigError } from '#shared/config/config.ts';
import { MigrationFailure } from '#shared/database/migration-failure.ts';
import { LocalFailure } from './local-failure.ts';
import { isDiskFull } from './services/disk-space.ts';

const oneLine = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join('; ')
    .replaceAll(':; ', ': ');

/** What to print about an error that ended a command: one line for all that people can mend, else the error itself. */
export const explain = (error: unknown): unknown => {
  if (isDiskFull(error)) {
    return `The disk is full (${oneLine((error as Error).message)}): make room, then run the command again`;
  }
  if (error instanceof LocalFailure || error instanceof MigrationFailure) return error.message;
  if (error instanceof ConfigError) {
    return `${oneLine(error.message)}: set what is missing (docs/configuration.md), or APP_ENV=local for defaults`;
  }
  return error;
};
