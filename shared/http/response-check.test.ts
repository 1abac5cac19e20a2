import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Contract } from './contract.ts';
import { checkResponse, UndeclaredResponseError } from './response-check.ts';

const word = z.object({ id: z.int(), reading: z.string().optional() });
const contract = {
  summary: 'List words',
  guard: 'public',
  responses: {
    200: { description: 'One.', schema: word },
    201: { description: 'Several.', schema: z.object({ words: z.array(word) }) },
    202: { description: 'Either.', schema: z.union([word, z.object({ id: z.int(), sound: z.string() })]) },
    204: { description: 'None.' },
  },
} as const satisfies Contract;

const check = (status: number, body?: unknown) => () => checkResponse(contract, { status, body });

describe('the check of answers', () => {
  it.each([
    [200, { id: 1 }],
    [200, { id: 1, reading: 'ki' }],
    [201, { words: [{ id: 1 }, { id: 2, reading: 'ki' }] }],
    [202, { id: 1, reading: 'ki' }],
    [204, undefined],
  ])('takes %i with %j', (status, body) => {
    expect(check(status, body)).not.toThrow();
  });

  it.each([
    ['a field that no schema names', 200, { id: 1, note: 'x' }],
    ['one deep inside', 201, { words: [{ id: 1 }, { id: 2, note: 'x' }] }],
    ['one that no alternative names', 202, { id: 1, note: 'x' }],
    ['a missing field', 200, { reading: 'ki' }],
    ['a field of another type', 200, { id: '1' }],
    ['a body where none is declared', 204, {}],
    ['an undeclared status', 418, undefined],
  ])('refuses %s', (_name, status, body) => {
    expect(check(status, body)).toThrow(UndeclaredResponseError);
  });
});
