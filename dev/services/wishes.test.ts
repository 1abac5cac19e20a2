import { expect, test } from 'vitest';
import { readWishes } from './wishes.ts';

test('an empty environment leaves everything open but the names', () => {
  expect(readWishes({})).toEqual({ databaseName: 'japanesestudent', redisDb: 0 });
});

test('an empty value counts as none, others are taken', () => {
  const environment = { DB_HOST: '', DB_PORT: '3307', DB_PASSWORD: 'p', REDIS_HOST: 'cache', REDIS_DB: '3' };
  expect(readWishes(environment)).toEqual({
    databaseName: 'japanesestudent',
    databasePort: 3_307,
    databasePassword: 'p',
    redisHost: 'cache',
    redisDb: 3,
  });
});

test.each([
  [{ DB_NAME: 'a; drop table b' }, 'DB_NAME'],
  [{ DB_PORT: '70000' }, 'DB_PORT'],
  [{ REDIS_PORT: 'x' }, 'REDIS_PORT'],
  [{ REDIS_DB: '16' }, 'REDIS_DB'],
])('%j is refused by name', (environment, name) => {
  expect(() => readWishes(environment)).toThrow(name);
});
