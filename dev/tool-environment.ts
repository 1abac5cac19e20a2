import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { LOCAL_DIRECTORY } from './paths.ts';

/** Home of the tools that keep something there; survives `npm run reset`. */
const TOOLS_HOME = join(LOCAL_DIRECTORY, 'home');

/**
 * Variables that keep the Serverless CLI and Node below `.local`: the person's own home may be read-only and is none
 * of their business. What the AWS SDK reads stays where it is.
 */
export const toolEnvironment = (
  given: Readonly<Record<string, string | undefined>>,
): Record<string, string> => {
  mkdirSync(TOOLS_HOME, { recursive: true });
  const aws = join(given['HOME'] || homedir(), '.aws');
  return {
    HOME: TOOLS_HOME,
    XDG_CONFIG_HOME: join(TOOLS_HOME, '.config'),
    XDG_CACHE_HOME: join(TOOLS_HOME, '.cache'),
    XDG_DATA_HOME: join(TOOLS_HOME, '.local', 'share'),
    SLS_SCHEMA_CACHE_BASE_DIR: TOOLS_HOME,
    NODE_COMPILE_CACHE: join(LOCAL_DIRECTORY, 'compile-cache'),
    AWS_SHARED_CREDENTIALS_FILE: given['AWS_SHARED_CREDENTIALS_FILE'] || join(aws, 'credentials'),
    AWS_CONFIG_FILE: given['AWS_CONFIG_FILE'] || join(aws, 'config'),
  };
};
