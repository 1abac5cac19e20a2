import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { DOMAINS } from '../domains.ts';
import type { DeclaredFunction, FunctionDefinition } from '../host/function-definition.ts';
import { ROOT } from './root.ts';

/** All functions of all domains, read from `functions/<domain>/functions.yml`; part of each bundle. */
export const declaredFunctions = (): readonly DeclaredFunction[] =>
  [...DOMAINS].sort().flatMap((domain) => {
    const text = readFileSync(join(ROOT, 'functions', domain, 'functions.yml'), 'utf8');
    const functions = (parse(text) ?? {}) as Record<string, FunctionDefinition>;
    return Object.entries(functions).map(([name, definition]) => ({ name, domain, definition }));
  });
