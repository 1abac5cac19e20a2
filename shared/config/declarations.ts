import type { z } from 'zod';

/**
 * What the variables of domains are once they are read. Each domain adds its own in its `config.ts` by declaration
 * merging, so that this infrastructure folder names none of them.
 */
// biome-ignore lint/suspicious/noEmptyInterface: it is filled by declaration merging
export interface DomainVariables {}

/** What the infrastructure's own variables are once they are read; `shared-variables.ts` fills it in the same way. */
// biome-ignore lint/suspicious/noEmptyInterface: it is filled by declaration merging
export interface SharedVariables {}

type Shape = Readonly<Record<string, z.ZodType>>;
type Read<V extends Shape> = z.output<z.ZodObject<V>>;

/** Variables that belong together, with what is to be known of more than one of them. */
export interface VariableDeclaration<V extends Shape, C extends object> {
  readonly variables: V;
  /** What `APP_ENV=local` and `test` fill in; production refuses secrets among them. */
  readonly localDefaults?: Readonly<Record<string, string>>;
  /** Rules that need more than one variable; each message begins with the variable at fault. */
  readonly check?: (config: Read<V> & SharedVariables, source: NodeJS.ProcessEnv) => readonly string[];
  /** Defaults that depend on other variables. */
  readonly complete?: (config: Read<V> & SharedVariables, source: NodeJS.ProcessEnv) => C;
}

/** What declared variables are once they are read and completed. */
export type Declared<D> =
  D extends VariableDeclaration<infer V, infer C> ? Readonly<Omit<Read<V>, keyof C> & C> : never;

/** A declaration whose types no longer matter, as {@link allVariables} returns it. */
export interface AnyDeclaration {
  readonly variables: Shape;
  readonly localDefaults?: Readonly<Record<string, string>>;
  readonly check?: (config: never, source: NodeJS.ProcessEnv) => readonly string[];
  readonly complete?: (config: never, source: NodeJS.ProcessEnv) => object;
}

const declarations: AnyDeclaration[] = [];

/** Adds variables to the configuration. @throws TypeError when a name is declared already */
// biome-ignore lint/complexity/noBannedTypes: a declaration that completes nothing
export const declareVariables = <V extends Shape, C extends object = {}>(
  declaration: VariableDeclaration<V, C>,
): VariableDeclaration<V, C> => {
  const known = declarations.flatMap(({ variables }) => Object.keys(variables));
  const twice = Object.keys(declaration.variables).filter((name) => known.includes(name));
  if (twice.length > 0) throw new TypeError(`${twice.join(', ')}: is declared twice`);
  declarations.push(declaration);
  return declaration;
};

let isComplete = false;

/** Says that every domain has declared what it has; only then can configuration be read. */
export const completeDeclarations = (): void => {
  isComplete = true;
};

/** All that has been declared. @throws Error while domains may be missing, whose variables would be undefined */
export const allVariables = (): readonly AnyDeclaration[] => {
  if (isComplete) return declarations;
  throw new Error('the domains have not declared their variables yet: await declareDomains() first');
};

/** What `APP_ENV=local` fills in for everything that is declared. The secrets are published and worthless. */
export const localDefaults = (): Readonly<Record<string, string>> =>
  Object.assign({}, ...allVariables().map((declaration) => declaration.localDefaults));
