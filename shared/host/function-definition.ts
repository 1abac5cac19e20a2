/** What starts a function: one key that names the kind of event, such as `httpApi`, `bullmq` or `schedule`. */
export type FunctionEvent = Readonly<Record<string, unknown>>;

/** A function as `functions.yml` declares it, and the Serverless Framework hands it on. */
export interface FunctionDefinition {
  /** Module without its ending, and export: `functions/system/handlers/get-health.handler`. */
  readonly handler: string;
  /** False where HEAD is not offered beside GET. */
  readonly offersHead?: boolean;
  // Not readonly, because the framework's type is not.
  events?: readonly FunctionEvent[];
}

/** The module, as a path in the checkout, and the export that a `handler` entry names. */
export const handlerPlace = (handler: string): { readonly path: string; readonly exportName: string } => {
  const dot = handler.lastIndexOf('.');
  return { path: `${handler.slice(0, dot)}.ts`, exportName: handler.slice(dot + 1) };
};

/** A function with the name and the domain that its routing table gives it. */
export interface DeclaredFunction {
  readonly name: string;
  readonly domain: string;
  readonly definition: FunctionDefinition;
}

/** The definitions of these functions by name, as hosts take them. */
export const definitionsByName = (
  functions: readonly DeclaredFunction[],
): ReadonlyMap<string, FunctionDefinition> =>
  new Map(functions.map(({ name, definition }) => [name, definition]));
