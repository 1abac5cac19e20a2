import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { AppError } from '../errors/app-error.ts';
import { valuesByName } from '../text/names.ts';
import { prefersHtml } from './accept.ts';
import { TooLong } from './body/body-shape.ts';
import { isJson, parseJsonObject } from './body/json-body.ts';
import { normalizeText } from './body/normalize.ts';
import { clientAddress, countedAddress, networkOf } from './caller/client-address.ts';
import { parseCookies } from './cookies.ts';
import { requestIdFrom } from './request-id.ts';
import { fieldPath, issuesOf, readQuery } from './validate.ts';

const refusal = async (work: () => Promise<unknown>): Promise<string> => {
  try {
    await work();
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
  return 'none';
};

describe('JSON bodies', () => {
  const schema = z.object({
    name: z.string().max(20).optional(),
    password: z.string().max(20).optional(),
    kept: z.string().max(20).optional(),
    list: z.array(z.int()).max(3).optional(),
    size: z.int().optional(),
    flag: z.boolean().optional(),
  });
  const parse = (text: string | Buffer, untrimmed?: readonly string[]) =>
    parseJsonObject(Buffer.from(text), schema, untrimmed);

  it('reads what the schema names, trimmed, composed and without nulls', async () => {
    const item = fc.oneof(
      fc.integer(),
      fc.boolean(),
      fc.string({ unit: fc.constantFrom(...'aé\u3042\u{1f600}\n"\\\u0301 \u3000'), maxLength: 20 }),
      fc.constant(null),
    );
    const name = fc.oneof(fc.constantFrom(...Object.keys(schema.shape)), fc.string());
    await fc.assert(
      fc.asyncProperty(fc.dictionary(name, item), async (value) => {
        const known = Object.entries(value).filter(
          ([key, each]) => Object.hasOwn(schema.shape, key) && each !== null,
        );
        const expected = known.map(([key, each]) => {
          if (typeof each !== 'string') return [key, each];
          return [key, ['name', 'password', 'kept'].includes(key) ? normalizeText(each) : expect.any(String)];
        });
        expect(Object.entries(await parse(JSON.stringify(value)))).toEqual(expected);
      }),
    );
  });

  it('refuses whatever is not an object in UTF-8 with one code and nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.uint8Array(), fc.string().map(Buffer.from)), async (bytes) => {
        const code = await refusal(() => parse(Buffer.from(bytes)));
        expect(['malformed_request', 'none']).toContain(code);
      }),
    );
  });

  it.each([
    ['an array', '[]'],
    ['a string', '"x"'],
    ['null', 'null'],
    ['a trailing comma', '{"a":1,}'],
    ['a comment', '{/**/}'],
    ['nothing', ''],
    ['a lone surrogate', '{"a":"\\ud800"}'],
    ['a lone surrogate as a key', '{"\\ud800":1}'],
    ['a lone surrogate in a field', '{"name":"\\ud800"}'],
    ['deep nesting', `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
    ['nesting in a field', `{"list":${'['.repeat(33)}${']'.repeat(33)}}`],
  ])('refuses %s', async (_name, text) => {
    expect(await refusal(() => parse(text))).toBe('malformed_request');
  });

  it('refuses bytes that are not UTF-8', async () => {
    const bytes = Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]);
    expect(await refusal(() => parse(bytes))).toBe('malformed_request');
  });

  it('trims Unicode white space but not passwords, and composes both', async () => {
    const body = { name: '\u3000Jose\u0301\u00a0', password: ' e\u0301 ', __proto__x: null, kept: 'x' };
    expect({ ...(await parse(JSON.stringify(body), ['password'])) }).toEqual({
      name: 'José',
      password: ' é ',
      kept: 'x',
    });
  });

  it('drops unknown keys, whatever they are called and however often they come', async () => {
    const parsed = await parse('{"__proto__":{"name":"x"},"constructor":1,"a":1,"a":2,"kept":"x"}');
    expect(Object.entries(parsed)).toEqual([['kept', 'x']]);
    expect(parsed['name']).toBeUndefined();
  });

  it('does nothing to a text far beyond its bound, and takes no more of a list than is refused', async () => {
    const parsed = await parse(JSON.stringify({ name: 'x'.repeat(2_000), list: Array(1_000).fill(1) }));
    expect(parsed['name']).toBeInstanceOf(TooLong);
    expect(parsed['list']).toEqual([1, 1, 1, 1]);
    const found = schema.safeParse(parsed);
    expect(issuesOf(found.error?.issues ?? [], parsed)).toEqual([
      { field: 'name', message: 'is far too long', code: 'too_long' },
      { field: 'list', message: expect.any(String), code: 'too_long' },
    ]);
  });

  it.each([
    ['application/json', true],
    ['Application/JSON; charset=UTF-8', true],
    ['application/json;charset="utf-8"', true],
    ['application/json; charset = utf8 ;', true],
    ['application/json;', true],
    ['application/json;;', false],
    ['application/json; charset=latin1', false],
    ['application/json; charset=utf-8; charset=utf-8', false],
    ['application/merge-patch+json', false],
    ['text/plain', false],
    [undefined, false],
  ])('takes %s as JSON: %s', (type, expected) => {
    expect(isJson(type)).toBe(expected);
  });
});

describe('queries', () => {
  it('never throws and reports every repeated name', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const { values, issues } = readQuery(text);
        const names = [...new URLSearchParams(text).keys()];
        expect(Object.keys(values).sort()).toEqual([...new Set(names)].sort());
        expect(issues.length).toBe(new Set(names.filter((name, i) => names.indexOf(name) !== i)).size);
      }),
    );
  });

  it('writes field paths', () => {
    expect(fieldPath(['results', 0, 'period'])).toBe('results[0].period');
    expect(fieldPath(['name'])).toBe('name');
  });
});

describe('cookies', () => {
  it('reads what browsers send and survives anything else', () => {
    expect({ ...parseCookies('a=1; b="2"; a=3; =x; y; c=d=e') }).toEqual({ a: '1', b: '2', c: 'd=e' });
    fc.assert(
      fc.property(fc.string(), (header) => {
        expect(Object.values(parseCookies(header)).every((value) => typeof value === 'string')).toBe(true);
      }),
    );
  });
});

describe('request ids', () => {
  it('takes harmless ones and replaces all others', () => {
    expect(requestIdFrom('abc-1._Z')).toBe('abc-1._Z');
    fc.assert(
      fc.property(fc.string(), (text) => {
        const id = requestIdFrom(text);
        expect(id).toMatch(/^[A-Za-z0-9._-]{1,128}$/);
        if (/^[A-Za-z0-9._-]{1,128}$/.test(text)) expect(id).toBe(text);
      }),
    );
    expect(requestIdFrom('x'.repeat(129))).toHaveLength(36);
  });
});

describe('Accept', () => {
  it.each([
    [undefined, false],
    ['*/*', false],
    ['text/html', true],
    ['text/html,application/xhtml+xml,*/*;q=0.8', true],
    ['application/json, text/html', false],
    ['application/json;q=0.5, text/html;q=0.6', true],
    ['text/*;q=0.9, application/json;q=0.8', true],
    ['text/html;q=0', false],
    ['text/html;q=banana', false],
  ])('%s prefers HTML: %s', (accept, expected) => {
    expect(prefersHtml(accept)).toBe(expected);
  });

  it('survives any header', () => {
    fc.assert(fc.property(fc.string(), (header) => void expect(typeof prefersHtml(header)).toBe('boolean')));
  });
});

describe('addresses', () => {
  it.each([
    ['203.0.113.77', '203.0.113.0/24'],
    ['::ffff:203.0.113.77', '203.0.113.0/24'],
    ['::FFFF:cb00:714d', '203.0.113.0/24'],
    ['0:0:0:0:0:ffff:cb00:714d', '203.0.113.0/24'],
    ['0000:0000:0000:0000:0000:FFFF:203.0.113.77', '203.0.113.0/24'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8::/64'],
    ['::1', '::/64'],
    ['fe80::1%eth0', 'fe80::/64'],
    ['nonsense', 'unknown'],
  ])('the network of %s is %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });

  it.each([
    ['203.0.113.77', '203.0.113.77'],
    ['::ffff:203.0.113.77', '203.0.113.77'],
    ['::ffff:cb00:714d', '203.0.113.77'],
    ['0:0:0:0:0:FFFF:CB00:714D', '203.0.113.77'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0DB8:0001:0002::1', '2001:db8:1:2::/64'],
    ['fe80::1%eth0', 'fe80::/64'],
    ['', ''],
  ])('%s counts as %s in the general limit', (address, counted) => {
    expect(countedAddress(address)).toBe(counted);
  });

  it('gives every address of a network the same network, and survives any text', () => {
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        expect(networkOf(address)).toMatch(/\/(64|24)$/);
      }),
    );
    fc.assert(fc.property(fc.string(), (text) => void expect(typeof networkOf(text)).toBe('string')));
  });

  it.each([
    ['nobody is trusted', '10.0.0.1', '1.2.3.4', [], '10.0.0.1'],
    ['a stranger names himself', '9.9.9.9', '1.2.3.4', ['10.0.0.0/8'], '9.9.9.9'],
    ['the proxy speaks', '10.0.0.1', '1.2.3.4', ['10.0.0.0/8'], '1.2.3.4'],
    ['the client made up an entry', '10.0.0.1', '6.6.6.6, 1.2.3.4', ['10.0.0.0/8'], '1.2.3.4'],
    ['two proxies', '10.0.0.1', '1.2.3.4, 10.0.0.2', ['10.0.0.0/8'], '1.2.3.4'],
    ['garbage', '10.0.0.1', 'x', ['10.0.0.1'], '10.0.0.1'],
    ['no header', '10.0.0.1', undefined, ['10.0.0.1'], '10.0.0.1'],
    ['the proxy connects by IPv6', '::ffff:a00:1', '::FFFF:1.2.3.4', ['10.0.0.1'], '1.2.3.4'],
    ['one of many spellings', '2001:0DB8:0:0::1', undefined, [], '2001:db8::1'],
  ])('%s', (_name, peer, forwarded, proxies, expected) => {
    const headers = valuesByName(forwarded === undefined ? [] : [['x-forwarded-for', forwarded] as const]);
    expect(clientAddress({ peer, headers }, proxies)).toBe(expected);
  });
});
