import type { FunctionDefinition } from '../function-definition.ts';

/** The part of the Serverless Framework that the plugin uses. */
export interface Serverless {
  readonly serviceDir: string;
  readonly processedInput: {
    readonly options: Readonly<Record<string, unknown>>;
  };
  readonly service: {
    readonly custom?: Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>;
    getAllFunctions: () => readonly string[];
    getFunction(name: string): FunctionDefinition;
  };
  readonly pluginManager: {
    spawn(command: string): Promise<void>;
  };
  readonly configSchemaHandler: {
    defineFunctionEvent(provider: string, event: string, schema: object): void;
    defineFunctionProperties(provider: string, schema: object): void;
  };
}

/** All functions of the service by name. */
export const functionsOf = ({ service }: Serverless): ReadonlyMap<string, FunctionDefinition> =>
  new Map(service.getAllFunctions().map((name) => [name, service.getFunction(name)]));

/** Where `serverless offline` is asked to listen, on the command line or in serverless.yml. */
export const addressOf = (
  { processedInput, service }: Serverless,
  defaultPort: number,
): { readonly host: string; readonly port: number } => {
  const { host, httpPort } = { ...service.custom?.['serverless-offline'], ...processedInput.options };
  return { host: String(host ?? 'localhost'), port: Number(httpPort ?? defaultPort) };
};
