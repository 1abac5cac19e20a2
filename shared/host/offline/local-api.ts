import { processConfig } from '../../config/process-config.ts';
import { createLog } from '../../log/log.ts';
import { abortProcessWork, closeProcessResources } from '../resources.ts';
import { answerDirectly } from './answering.ts';
import { type Background, startBackground } from './background.ts';
import { trackConnections } from './connections.ts';
import type { FunctionDefinition } from './function-events.ts';
import { type GatewayServer, shapeAnswers } from './gateway.ts';
import { loadHandlers } from './load-handlers.ts';
import { answerParserErrors } from './parser-errors.ts';
import { functionsOf, type Serverless } from './service.ts';

/** What is under way has this long to end; the process has exited after 25 s. */
const GRACE_MS = 22_000;

/** After that attempts are given up, so that there is time left to record it. */
const GIVE_UP_MS = 17_000;

/** A serverless-offline server that answers in the API's shape, with everything that runs beside it. */
export interface LocalApi {
  /** Finishes requests, batches and scheduled runs, then closes what the process shares. */
  stop(idleMs: number): Promise<void>;
}

/** What {@link openLocalApi} works on. */
export interface LocalApiOptions {
  readonly serverless: Serverless;
  readonly functions?: ReadonlyMap<string, FunctionDefinition>;
  readonly server: GatewayServer;
}

/**
 * Loads all functions, shapes what the server answers and starts the background work.
 * @throws Error for a function that does not load, or a configuration that is not complete
 */
export const openLocalApi = async (given: LocalApiOptions): Promise<LocalApi> => {
  const { serverless, server, functions = functionsOf(serverless) } = given;
  const config = processConfig();
  const log = createLog(config.LOG_LEVEL);
  const connections = trackConnections(server.listener);
  shapeAnswers(server, { config, log, isDraining: connections.isDraining });
  answerParserErrors(server.listener, config, connections.isBusy);
  const invoke = await loadHandlers(serverless.serviceDir, functions);
  answerDirectly({ invoke, config, log });
  const background: Background = startBackground({ functions, config, log, invoke });
  return {
    stop: async (idleMs) => {
      const giveUp = setTimeout(() => void abortProcessWork(), GIVE_UP_MS);
      const served = server.settings.autoListen
        ? server.stop({ timeout: GRACE_MS })
        : connections.drain(idleMs, GRACE_MS);
      await Promise.all([served, background.stop(GRACE_MS)]);
      clearTimeout(giveUp);
      await closeProcessResources();
    },
  };
};
