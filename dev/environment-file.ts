import { writeFile } from 'node:fs/promises';
import type { LocalAccount } from '#shared/config/local-accounts.ts';
import type { DatabaseAddress } from './services/mariadb.ts';

/** Content of `.local/environment.json`: all that a script needs to work with the running local environment. */
export interface EnvironmentFile {
  readonly apiUrl: string;
  readonly docsUrl: string;
  /** Empty when the environment names an SMTP server of its own. */
  readonly inboxUrl: string;
  readonly apiKey: string;
  readonly database: DatabaseAddress;
  readonly redisUrl: string;
  readonly mediaUrlSecret: string;
  readonly mediaBasePath: string;
  readonly accounts: readonly Omit<LocalAccount, 'username'>[];
}

/** Writes the file, readable by its owner only since it holds passwords. */
export const writeEnvironmentFile = (file: string, content: EnvironmentFile): Promise<void> =>
  writeFile(file, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
