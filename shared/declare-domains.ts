import { completeDeclarations } from './config/declarations.ts';
import './config/shared-variables.ts';
import { importDomainModules } from './domain-modules.ts';

let declared: Promise<void> | undefined;

const declareAll = async (): Promise<void> => {
  for (const name of ['config', 'errors', 'mails']) await importDomainModules(name);
  completeDeclarations();
};

/**
 * Lets every domain declare its variables, error codes and mail templates, once in a process: before configuration
 * is read, and before an endpoint is loaded.
 */
export const declareDomains = (): Promise<void> => {
  declared ??= declareAll();
  return declared;
};
