import { ownValue } from '../../shared/text/names.ts';
import { LocalFailure } from '../local-failure.ts';

/** What the caller's environment says about MariaDB and Redis; absent members were left open. */
export interface Wishes {
  readonly databaseHost?: string;
  readonly databasePort?: number;
  readonly databaseUser?: string;
  readonly databasePassword?: string;
  readonly databaseName: string;
  readonly redisHost?: string;
  readonly redisPort?: number;
  readonly redisPassword?: string;
  readonly redisDb: number;
}

const wholeNumber = (name: string, text: string | undefined, maximum: number): number | undefined => {
  if (text === undefined) return undefined;
  if (/^\d{1,5}$/.test(text) && Number(text) <= maximum) return Number(text);
  throw new LocalFailure(`${name} must be a whole number up to ${maximum}`);
};

/** Reads DB_* and REDIS_*; an empty value counts as none. @throws LocalFailure naming a malformed variable */
export const readWishes = (environment: NodeJS.ProcessEnv): Wishes => {
  const text = (name: string): string | undefined => ownValue(environment, name) || undefined;
  const databaseName = text('DB_NAME') ?? 'japanesestudent';
  if (!/^[A-Za-z0-9_]{1,64}$/.test(databaseName)) {
    throw new LocalFailure('DB_NAME must consist of letters, digits and underscores');
  }
  const open = {
    databaseHost: text('DB_HOST'),
    databasePort: wholeNumber('DB_PORT', text('DB_PORT'), 65_535),
    databaseUser: text('DB_USER'),
    databasePassword: text('DB_PASSWORD'),
    redisHost: text('REDIS_HOST'),
    redisPort: wholeNumber('REDIS_PORT', text('REDIS_PORT'), 65_535),
    redisPassword: text('REDIS_PASSWORD'),
  };
  const given = Object.fromEntries(Object.entries(open).filter(([, value]) => value !== undefined));
  return { ...given, databaseName, redisDb: wholeNumber('REDIS_DB', text('REDIS_DB'), 15) ?? 0 };
};
