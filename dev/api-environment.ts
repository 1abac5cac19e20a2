import { join } from 'node:path';
import { localDefaults } from '#shared/config/declarations.ts';
import { LocalFailure } from './local-failure.ts';

/** What the local environment found out before the API can be configured. */
export interface LocalFacts {
  readonly port: number;
  readonly directory: string;
  /** DB_* and REDIS_*. */
  readonly services: Readonly<Record<string, string>>;
  /** Port of the mail catcher; undefined when the caller names an SMTP server. */
  readonly smtpPort: number | undefined;
}

/** The port that PORT asks for, 3000 without it; 0 means any free one. @throws LocalFailure for anything else */
export const wantedPort = (environment: NodeJS.ProcessEnv): number => {
  const text = environment['PORT'] || '3000';
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new LocalFailure(`PORT must be a port number, not "${text}"`);
};

/** The API's whole environment: local defaults of what is declared, under what the caller set, under where the services really are. */
export const apiEnvironment = (
  caller: NodeJS.ProcessEnv,
  { port, directory, services, smtpPort }: LocalFacts,
): Record<string, string> => {
  const given = Object.entries(caller).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== '',
  );
  return {
    ...localDefaults(),
    APP_ENV: 'local',
    TZ: 'UTC',
    PUBLIC_BASE_URL: `http://localhost:${port}`,
    MEDIA_BASE_PATH: join(directory, 'media'),
    TASK_TICK_SECONDS: '5',
    ...Object.fromEntries(given),
    ...(smtpPort === undefined ? {} : { SMTP_HOST: '127.0.0.1', SMTP_PORT: String(smtpPort) }),
    ...services,
    PORT: String(port),
  };
};
