import { type Config, loadConfig } from './config.ts';

let loaded: Config | undefined;

/** The configuration of this process, read from its environment once; the only reader of `process.env`. */
export const processConfig = (): Config => {
  loaded ??= loadConfig(process.env);
  return loaded;
};
