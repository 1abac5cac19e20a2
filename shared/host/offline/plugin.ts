import { BULLMQ_EVENT_SCHEMA, type FunctionDefinition } from './function-events.ts';
import type { LocalApi } from './local-api.ts';
import { functionsOf, offlineInternals, type Serverless } from './service.ts';

type Hooks = Readonly<Record<string, () => Promise<void> | void>>;

/** What remains of the functions once serverless-offline must not run their schedules itself. */
const withoutSchedules = (functions: ReadonlyMap<string, FunctionDefinition>) => {
  const complete = new Map([...functions].map(([name, definition]) => [name, { ...definition }]));
  for (const definition of functions.values()) {
    definition.events = (definition.events ?? []).filter((event) => !('schedule' in event));
  }
  return complete;
};

/**
 * Serverless plugin: makes the `bullmq` event known, and beside serverless-offline runs queue-triggered and
 * scheduled functions. `serverless offline start` listens itself; `serverless offline worker` is how the
 * development server runs it. Everything else is imported late, because packaging needs the schema alone.
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
    serverless.configSchemaHandler.defineFunctionEvent('aws', 'bullmq', BULLMQ_EVENT_SCHEMA);
    let functions: ReadonlyMap<string, FunctionDefinition> = new Map();
    let api: LocalApi | undefined;
    this.hooks = {
      // Only the long form lets plugins end gracefully.
      'before:offline:start': () => serverless.pluginManager.spawn('offline:start'),
      'before:offline:start:init': () => {
        functions = withoutSchedules(functionsOf(serverless));
      },
      'offline:start:init': async () => {
        const { openLocalApi } = await import('./local-api.ts');
        const { reportFailure } = await import('./supervised.ts');
        const server = offlineInternals(serverless).getApiGatewayServer();
        api = await openLocalApi({ serverless, functions, server }).catch(reportFailure);
      },
      'before:offline:start:end': () => api?.stop(0),
      'offline:worker:run': async () => {
        const { reportFailure, runSupervised } = await import('./supervised.ts');
        await runSupervised(serverless).catch(reportFailure);
      },
    };
  }
}
