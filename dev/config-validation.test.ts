import { beforeEach, expect, test } from 'vitest';
import { type ConfigSchemaHandler, validateOnce } from './config-validation.ts';

let checks: object[];
let reported: string[];
let change: (config: Record<string, unknown>) => void;

const handler = (known?: string, schema: object = { type: 'object' }): ConfigSchemaHandler => {
  const prototype: ConfigSchemaHandler = {
    schema,
    validateConfig: async (config) => {
      checks.push(config);
      change(config as Record<string, unknown>);
    },
  };
  validateOnce(prototype, { known: () => known, report: (digest) => reported.push(digest) });
  return prototype;
};

beforeEach(() => {
  checks = [];
  reported = [];
  change = () => {};
});

test('a valid configuration is checked once', async () => {
  await handler().validateConfig({ a: 1 });
  await handler(reported[0]).validateConfig({ a: 1 });
  expect(checks).toEqual([{ a: 1 }]);
});

test('another configuration, or the same under another schema, is checked', async () => {
  await handler().validateConfig({ a: 1 });
  await handler(reported[0]).validateConfig({ a: 2 });
  await handler(reported[0], { type: 'string' }).validateConfig({ a: 1 });
  expect(checks).toHaveLength(3);
  expect(new Set(reported).size).toBe(3);
});

test('one that the check refuses or coerces never becomes known', async () => {
  change = () => {
    throw new Error('refused');
  };
  await expect(handler().validateConfig({ a: 1 })).rejects.toThrow('refused');
  change = (config) => {
    config['a'] = [1];
  };
  await handler().validateConfig({ a: 1 });
  expect(reported).toEqual([]);
});
