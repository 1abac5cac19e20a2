import { writeFile } from 'node:fs/promises';
import type { DatabaseAddress } from './services/mariadb.ts';

/** An account that the seed creates in the local environment; roles are 1 student, 2 tutor, 3 administrator. */
export interface LocalAccount {
  readonly role: number;
  readonly email: string;
  readonly password: string;
}

const PASSWORD = 'japanese-student-local';

/** The accounts one can log in with after `npm start`. */
export const LOCAL_ACCOUNTS: readonly LocalAccount[] = [
  { role: 3, email: 'admin@example.com', password: PASSWORD },
  { role: 2, email: 'tutor@example.com', password: PASSWORD },
  { role: 1, email: 'student@example.com', password: PASSWORD },
];

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
  readonly accounts: readonly LocalAccount[];
}

/** Writes the file, readable by its owner only since it holds passwords. */
export const writeEnvironmentFile = (file: string, content: EnvironmentFile): Promise<void> =>
  writeFile(file, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
