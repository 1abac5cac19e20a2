import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { checkFields, withRule } from './field-rules.ts';
import type { HttpRequest } from './request.ts';
import { patchBody } from './request-fields.ts';
import { issuesOf, validateRequest } from './validate.ts';

const schema = withRule(
  z.object({
    from: z.int().optional(),
    name: z.string().min(2),
    to: z.int().default(10),
  }),
  ({ from, to }, isFaulty) => {
    if (from === undefined)
      return isFaulty('from') ? [] : [{ field: 'from', message: 'm', code: 'required' }];
    return to !== undefined && to < from ? [{ field: 'to', message: 'm', code: 'before' }] : [];
  },
);

const issues = (value: object): string[] =>
  issuesOf(checkFields(schema, value).issues, value).map(({ field, code }) => `${field} ${code}`);

describe('a rule between fields', () => {
  test.each([
    [{ from: 1, name: 'ab' }, []],
    [{ name: 'ab' }, ['from required']],
    [{}, ['from required', 'name required']],
    [{ to: 'x' }, ['from required', 'name required', 'to invalid_type']],
    [{ from: 11 }, ['name required', 'to before']],
    [{ from: 11, name: 'a' }, ['name too_short', 'to before']],
    [{ from: 11, name: 5, to: 3 }, ['name invalid_type', 'to before']],
    // Zod stops even rules that want to run at a fraction.
    [{ from: 1.5, to: 0.5 }, ['from invalid_type', 'name required', 'to invalid_type']],
    [{ from: 11, name: {}, to: 0.5 }, ['name invalid_type', 'to invalid_type']],
  ])('%j: %j', (value, expected) => {
    expect(issues(value)).toEqual(expected);
  });

  test('holds for a plain parse, too, and leaves the value as zod gives it', () => {
    expect(schema.safeParse({ name: 'ab' }).success).toBe(false);
    expect(checkFields(schema, { from: 1, name: 'ab', more: 1 }).data).toEqual({
      from: 1,
      name: 'ab',
      to: 10,
    });
  });

  test('is handed on to copies with other words', () => {
    const { issues } = checkFields(schema.meta({ description: 'd' }), {});
    expect(issues.map(({ path }) => path)).toEqual([['from'], ['name']]);
  });
});

test('what changes nothing is told beside the issues of fields that are no change', () => {
  const body = patchBody({ a: z.string().optional() }, { proof: z.string().optional() });
  const fields = (value: object) =>
    issuesOf(checkFields(body, value).issues, value).map(({ field }) => field);
  expect(fields({ proof: 5 })).toEqual(['proof', '']);
  expect(fields({ a: 5, proof: 5 })).toEqual(['a', 'proof']);
});

test('parameters that are given twice stand at their place among the others', () => {
  const query = z.object({ page: z.string().regex(/^1$/), count: z.string(), set: z.enum(['a']) });
  const request = { rawQuery: 'set=b&count=1&count=2&page=x&more=1&more=2' } as HttpRequest;
  const check = () => validateRequest(request, { query }, { value: {}, missingFiles: [] });
  expect(check).toThrow(
    expect.objectContaining({
      details: [
        expect.objectContaining({ field: 'page' }),
        expect.objectContaining({ field: 'count', code: 'repeated' }),
        expect.objectContaining({ field: 'set' }),
      ],
    }),
  );
});
