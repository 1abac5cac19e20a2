import { describe, expect, test } from 'vitest';
import { type ZodObject, type ZodType, z } from 'zod';
import type { RequestSpec } from '#shared/http/contract.ts';
import { checkFields, hasRule } from '#shared/http/field-rules.ts';
import { issuesOf } from '#shared/http/validate.ts';
import { type DocumentedRoute, loadContracts } from '#shared/openapi/document.ts';

const routes = await loadContracts();
const nameOf = ({ method, path }: DocumentedRoute): string => `${method} ${path}`;

const partsOf = ({ path, query, headers, body }: RequestSpec = {}): ZodObject[] =>
  [path, query, headers, body?.schema].filter((part) => part !== undefined);

/** The schema itself and all that it is made of. */
const schemasIn = (schema: ZodType): ZodType[] => {
  const { def } = schema as unknown as { def: Record<string, unknown> };
  const inner = schema instanceof z.ZodObject ? Object.values(schema.shape) : Object.values(def).flat();
  const found = inner.filter((each): each is ZodType => each instanceof z.ZodType);
  return [schema, ...found.flatMap(schemasIn)];
};

const isRefined = (schema: ZodType): boolean => (schema.def.checks?.length ?? 0) > 0;

const cases = routes.flatMap((route) =>
  partsOf(route.contract.request).map((part) => [nameOf(route), part] as const),
);
const ruled = cases.filter(([, part]) => hasRule(part));

test.each(cases)('%s: objects are refined by rules between fields alone', (_name, part) => {
  const objects = schemasIn(part).filter((each) => each instanceof z.ZodObject);
  for (const each of objects.filter(isRefined)) {
    // A rule is asked of the outermost object; further in nobody would ask it beside faulty fields.
    expect(each).toBe(part);
    expect(hasRule(each)).toBe(true);
  }
});

/** Of no type that a field has. */
const WRONG = Symbol('wrong');

const faultsIn = (schema: ZodObject, value: object) => issuesOf(checkFields(schema, value).issues, value);
const rootsOf = (schema: ZodObject, value: object): string[] =>
  faultsIn(schema, value).map(({ field }) => field.split(/[.[]/)[0] ?? '');

describe.each(ruled)('%s', (_name, schema) => {
  const names = Object.keys(schema.shape);
  const required = names.filter((name) => !z.safeParse(schema.shape[name] as ZodType, undefined).success);

  const expectOrder = (roots: readonly string[]) => {
    const places = roots.map((root) => (root === '' ? names.length : names.indexOf(root)));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  };

  test('names every field that is missing, in order', () => {
    const roots = rootsOf(schema, {});
    expectOrder(roots);
    for (const name of required) expect(roots).toContain(name);
  });

  test.each(names)('with a wrong %s names every other fault as well, in order', (name) => {
    const roots = rootsOf(schema, { [name]: WRONG });
    expectOrder(roots);
    for (const each of new Set([...required, name])) expect(roots).toContain(each);
  });

  test('names every field of the wrong type, and so no rule', () => {
    const roots = rootsOf(schema, Object.fromEntries(names.map((name) => [name, WRONG])));
    expect(roots).toEqual(names);
  });
});

describe('rules between fields beside faulty ones', () => {
  const bodyOf = (route: string): ZodObject => {
    const body = routes.find((each) => nameOf(each) === route)?.contract.request?.body;
    if (!body) throw new Error(`${route} has no body`);
    return body.schema;
  };
  const scheduled = 'POST /api/v6/tasks/scheduled';
  const byTemplate = 'POST /api/v6/admin/scheduled-tasks';
  const byUser = 'DELETE /api/v6/tasks/scheduled/by-user';
  const register = 'POST /api/v6/auth/register';
  const named = { email: 'hanako@example.com', password: 'my name is hanako' };

  test('cover every contract that has some', () => {
    expect(ruled.map(([name]) => name)).toEqual(
      expect.arrayContaining([scheduled, byTemplate, byUser, register, 'POST /api/v6/admin/users']),
    );
    expect(ruled.length).toBeGreaterThan(8);
  });

  test.each([
    [scheduled, {}, ['email_slug required', 'url required', 'cron required']],
    [
      scheduled,
      { user_id: 1.5, cron: 5 },
      ['user_id invalid_type', 'email_slug required', 'url required', 'cron invalid_type'],
    ],
    [scheduled, { url: 5 }, ['url invalid_type', 'cron required']],
    [scheduled, { email_slug: 'a' }, ['content required', 'cron required']],
    [
      scheduled,
      { email_slug: 5, content: 5 },
      ['email_slug invalid_type', 'content invalid_type', 'cron required'],
    ],
    [byTemplate, {}, ['template_id required', 'url required', 'cron required']],
    [byTemplate, { template_id: 0 }, ['template_id too_small', 'content required', 'cron required']],
    [byUser, {}, ['user_id required']],
    [byUser, { user_id: 1.5 }, ['user_id invalid_type']],
    [byUser, { user_id: 1, userId: 'x' }, ['userId invalid_type']],
    [register, named, ['username required', 'password contains_identity']],
    [register, { ...named, username: 5 }, ['username invalid_type', 'password contains_identity']],
    [
      register,
      { ...named, email: 5, username: 'hanako' },
      ['email invalid_type', 'password contains_identity'],
    ],
    ['PATCH /api/v6/profile', { currentPassword: 5 }, ['currentPassword invalid_type', ' required']],
  ])('%s %j', (route, value, expected) => {
    expect(faultsIn(bodyOf(route), value).map(({ field, code }) => `${field} ${code}`)).toEqual(expected);
  });
});
