import { BULLMQ_EVENT_SCHEMA } from '../function-events.ts';
import type { LocalApi } from './local-api.ts';
import { addressOf, type Serverless } from './service.ts';

type Hooks = Readonly<Record<string, () => Promise<void> | void>>;

/** Hides all functions from serverless-offline, which then opens no server; returns what shows them again. */
const hideFunctions = ({ service }: Serverless): (() => void) => {
  const shown = service.getAllFunctions;
  service.getAllFunctions = () => [];
  return () => {
    service.getAllFunctions = shown;
  };
};

/**
 * Serverless plugin: makes the `bullmq` event known, and runs all functions behind our own HTTP edge. It lives in
 * the hooks of serverless-offline, whose server is never opened: `serverless offline` listens itself,
 * `serverless offline worker` is how the development server runs it. Everything else is imported late, because
 * packaging needs the schema alone.
 */
export default class OfflinePlugin {
  readonly commands = {
    offline: {
      commands: {
        worker: {
          usage: 'Serves for the supervisor of the development server (npm start).',
          lifecycleEvents: ['run'],
        },
      },
    },
  };
  readonly hooks: Hooks;

  constructor(serverless: Serverless) {
    const { configSchemaHandler } = serverless;
    configSchemaHandler.defineFunctionEvent('aws', 'bullmq', BULLMQ_EVENT_SCHEMA);
    configSchemaHandler.defineFunctionProperties('aws', { properties: { offersHead: { type: 'boolean' } } });
    let showFunctions = (): void => undefined;
    let api: LocalApi | undefined;
    this.hooks = {
      // Only the long form lets plugins end gracefully.
      'before:offline:start': () => serverless.pluginManager.spawn('offline:start'),
      'before:offline:start:init': () => {
        showFunctions = hideFunctions(serverless);
      },
      'after:offline:start:init': async () => {
        showFunctions();
        const { openLocalApi } = await import('./local-api.ts');
        const { processConfig } = await import('../../config/process-config.ts');
        const { reportFailure } = await import('./supervised.ts');
        const serve = async (): Promise<LocalApi> => {
          const opened = await openLocalApi(serverless);
          const { host, port } = addressOf(serverless, processConfig().PORT);
          process.stdout.write(`Serving at http://${host}:${await opened.listen(port, host)}\n`);
          return opened;
        };
        api = await serve().catch(reportFailure);
      },
      'before:offline:start:end': () => api?.stop(0),
      'offline:worker:run': async () => {
        const { reportFailure, runSupervised } = await import('./supervised.ts');
        await runSupervised(serverless).catch(reportFailure);
      },
    };
  }
}
