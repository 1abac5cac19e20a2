import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { BodyShape } from './body-shape.ts';
import { JsonSyntaxError, readJson } from './json-reader.ts';
import { takeTurns } from './turns.ts';

const NOTHING: BodyShape = { kind: 'plain' };
const text: BodyShape = { kind: 'text', maximum: 100 };
const shape: BodyShape = {
  kind: 'object',
  members: new Map<string, BodyShape>([
    ['text', text],
    ['size', NOTHING],
    ['list', { kind: 'array', item: text, maximum: 2 }],
    ['inner', { kind: 'object', members: new Map([['text', text]]) }],
  ]),
};

const read = (json: string, shape: BodyShape) => readJson(json, shape, takeTurns());

const isRead = async (json: string): Promise<boolean> => {
  try {
    await read(json, NOTHING);
    return true;
  } catch (error) {
    if (error instanceof JsonSyntaxError) return false;
    throw error;
  }
};

const isParsed = (json: string): boolean => {
  try {
    JSON.parse(json);
    return true;
  } catch {
    return false;
  }
};

test('takes and refuses what JSON.parse does', async () => {
  const json = fc.jsonValue({ maxDepth: 5 }).map((value) => JSON.stringify(value, null, 1));
  const change = fc.record({
    at: fc.nat(),
    drop: fc.nat({ max: 2 }),
    put: fc.constantFrom(...'{}[]",:0-1.eE+tn\\u ', ''),
  });
  await fc.assert(
    fc.asyncProperty(json, fc.array(change, { maxLength: 2 }), async (original, changes) => {
      let changed = original;
      for (const { at, drop, put } of changes) {
        const index = at % (changed.length + 1);
        changed = changed.slice(0, index) + put + changed.slice(index + drop);
      }
      // A lone surrogate is the one thing that only JSON.parse takes.
      fc.pre(!/\\u[dD]/.test(changed));
      expect(await isRead(changed), changed).toBe(isParsed(changed));
    }),
    { numRuns: 2_000 },
  );
});

test('gives the values that JSON.parse gives, where the shape asks for them', async () => {
  const scalar = fc.oneof(fc.string(), fc.double(), fc.boolean(), fc.integer());
  const text = fc.string({ unit: fc.constantFrom(...'aé\u3042\u{1f600}\n"\\\u0301 \u3000'), maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        text,
        size: fc.oneof(fc.double(), fc.boolean()),
        other: fc.jsonValue({ maxDepth: 3 }),
        more: scalar,
      }),
      async ({ other, more, ...known }) => {
        const sent = JSON.stringify({ other, ...known, more, inner: { other, text: known.text, more } });
        const { text, size } = JSON.parse(sent) as typeof known;
        const value = await read(sent, shape);
        expect(JSON.parse(JSON.stringify(value))).toEqual({
          text,
          ...(size === null ? {} : { size }),
          inner: { text },
        });
      },
    ),
  );
});

test.each([
  ['the last of a name', '{"text":"a","text":"b"}', { text: 'b' }],
  ['null as absence', '{"text":"a","text":null}', {}],
  ['an escaped name', '{"t\\u0065xt":"a"}', { text: 'a' }],
  ['one item more than a list may have', '{"list":["a","b","c","d"]}', { list: ['a', 'b', 'c'] }],
  [
    'nothing of a structure in the place of a text',
    '{"text":{"a":1},"list":{"a":1}}',
    { text: {}, list: {} },
  ],
  ['nothing of a list in the place of an object', '{"inner":[1],"size":[1]}', { inner: [], size: [] }],
  ['numbers', '{"size":-0.5e-2}', { size: -0.005 }],
])('gives %s', async (_name, json, expected) => {
  expect(JSON.parse(JSON.stringify(await read(json, shape)))).toEqual(expected);
});

test.each([
  ['32 levels', `${'['.repeat(32)}${']'.repeat(32)}`, true],
  ['33 levels', `${'['.repeat(33)}${']'.repeat(33)}`, false],
  ['a million levels', '['.repeat(1_000_000), false],
  ['a surrogate pair', '"\\ud83d\\ude00"', true],
  ['a lone surrogate', '"\\ud83d"', false],
  ['two in the wrong order', '"\\ude00\\ud83d"', false],
])('of %s', async (_name, json, expected) => {
  expect(await isRead(json)).toBe(expected);
});
