import { flushCompileCache } from 'node:module';
import { processConfig } from '../../config/process-config.ts';
import { declareDomains } from '../../declare-domains.ts';
import { createLog } from '../../log/log.ts';
import { startBackground } from '../background.ts';
import { type HttpEdge, openHttpEdge } from '../http-edge.ts';
import { httpRoutesOf } from '../http-routes.ts';
import { loadFunctions } from '../load-functions.ts';
import { abortProcessWork, closeProcessResources } from '../resources.ts';
import { functionsOf, type Serverless } from './service.ts';

/** What is under way has this long to end; the process has exited after 25 s. */
const GRACE_MS = 22_000;
/** After that attempts are given up, so that there is time left to record it. */
const GIVE_UP_MS = 17_000;
/** By then the answers that waited for the new code have been given. */
const FLUSH_AFTER_MS = 500;

/** All functions of the service in this process, with everything that runs beside requests. */
export interface LocalApi extends Pick<HttpEdge, 'accept' | 'listen'> {
  /** Finishes requests, batches and scheduled runs, then closes what the process shares. */
  stop(idleMs: number): Promise<void>;
}

/**
 * Loads all functions and starts the background work.
 * @throws Error for a function that does not load, or a configuration that is not complete
 */
export const openLocalApi = async (serverless: Serverless): Promise<LocalApi> => {
  await declareDomains();
  const definitions = functionsOf(serverless);
  const config = processConfig();
  const log = createLog(config.LOG_LEVEL);
  const functions = await loadFunctions(serverless.serviceDir, definitions);
  // Otherwise the cache is written when the process ends: too late for the worker that replaces this one.
  setTimeout(flushCompileCache, FLUSH_AFTER_MS).unref();
  const edge = openHttpEdge({ functions, routes: httpRoutesOf(definitions), config, log });
  const background = startBackground({ functions: definitions, config, log, invoke: functions.invoke });
  return {
    accept: edge.accept,
    listen: edge.listen,
    stop: async (idleMs) => {
      const giveUp = setTimeout(() => void abortProcessWork(), GIVE_UP_MS);
      await Promise.all([edge.close(idleMs, GRACE_MS), background.stop(GRACE_MS)]);
      clearTimeout(giveUp);
      await closeProcessResources();
    },
  };
};
