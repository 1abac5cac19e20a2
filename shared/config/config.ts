import { z } from 'zod';
import { ownValue } from '../text/names.ts';
import {
  type AnyDeclaration,
  allVariables,
  type Declared,
  type DomainVariables,
  localDefaults,
} from './declarations.ts';
import type { sharedVariables } from './shared-variables.ts';
import './shared-variables.ts';

type Shared = Declared<typeof sharedVariables>;

/** The whole configuration of a process, parsed and completed; durations are milliseconds. */
export interface Config extends Shared, Readonly<DomainVariables> {}

/** Thrown at start; its message names every variable that is missing or wrong, one a line, without values. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

const shapeOf = (declarations: readonly AnyDeclaration[]): Record<string, z.ZodType> =>
  Object.assign({}, ...declarations.map(({ variables }) => variables));

/** Names of all variables; docs/configuration.md explains them. */
export const configVariables = (): string[] => Object.keys(shapeOf(allVariables()));

/** Rules that need more than one variable, and those about the published secrets. */
const crossChecks = (config: Shared, source: NodeJS.ProcessEnv): string[] => {
  const issues = allVariables().flatMap(({ check }) => check?.(config as never, source) ?? []);
  if (config.APP_ENV !== 'production') return issues;
  const published = Object.entries(localDefaults()).filter(
    ([name, value]) => /SECRET|API_KEY/.test(name) && ownValue(source, name) === value,
  );
  return [...issues, ...published.map(([name]) => `${name}: is the published local default`)];
};

/**
 * Parses and completes the configuration; `APP_ENV=local` and `test` bring defaults for everything. `declareDomains`
 * comes first.
 * @throws ConfigError naming all issues at once
 */
export const loadConfig = (environment: NodeJS.ProcessEnv): Config => {
  const declarations = allVariables();
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const source =
    given['APP_ENV'] === 'local' || given['APP_ENV'] === 'test' ? { ...localDefaults(), ...given } : given;
  const result = z.object(shapeOf(declarations)).safeParse(source);
  const issues = result.success
    ? crossChecks(result.data as unknown as Shared, source)
    : result.error.issues.map((issue) =>
        issue.code === 'invalid_type' && ownValue(source, String(issue.path[0])) === undefined
          ? `${String(issue.path[0])}: is required`
          : `${issue.path.join('.')}: ${issue.message}`,
      );
  if (issues.length > 0 || !result.success) {
    throw new ConfigError(`Bad configuration:\n${issues.map((issue) => `  ${issue}`).join('\n')}`);
  }
  const completed = declarations.map(({ complete }) => complete?.(result.data as never, source));
  return Object.freeze(Object.assign({}, result.data, ...completed) as Config);
};
