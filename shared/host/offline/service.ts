import type { FunctionDefinition } from './function-events.ts';
import type { GatewayServer } from './gateway.ts';

/** What serverless-offline exposes of itself; it calls them internals, and so this is pinned by our tests. */
interface OfflineInternals {
  mergeOptions(): void;
  getEvents(): {
    readonly lambdas: readonly unknown[];
    readonly httpApiEvents: readonly unknown[];
    readonly httpEvents: readonly unknown[];
  };
  createLambda(lambdas: readonly unknown[], skipStart: boolean): Promise<void>;
  createHttp(events: readonly unknown[], skipStart: boolean): Promise<void>;
  getApiGatewayServer(): GatewayServer;
}

/** The part of the Serverless Framework that the plugin uses. */
export interface Serverless {
  readonly serviceDir: string;
  readonly service: {
    getAllFunctions(): readonly string[];
    getFunction(name: string): FunctionDefinition;
  };
  readonly pluginManager: {
    getPlugins(): readonly { internals?: () => OfflineInternals }[];
    spawn(command: string): Promise<void>;
  };
  readonly configSchemaHandler: {
    defineFunctionEvent(provider: string, event: string, schema: object): void;
  };
}

/** All functions of the service by name. */
export const functionsOf = ({ service }: Serverless): ReadonlyMap<string, FunctionDefinition> =>
  new Map(service.getAllFunctions().map((name) => [name, service.getFunction(name)]));

/** @throws Error when serverless-offline is not among the plugins */
export const offlineInternals = ({ pluginManager }: Serverless): OfflineInternals => {
  const offline = pluginManager.getPlugins().find(({ internals }) => internals !== undefined);
  if (!offline?.internals) throw new Error('serverless-offline must be listed among the plugins');
  return offline.internals();
};
