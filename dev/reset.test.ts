import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { resetLocalEnvironment } from './reset.ts';

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'japanesestudent-reset-'));
  for (const name of ['mariadb', 'redis', 'media', 'packages']) await mkdir(join(directory, name));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const reset = (environment: NodeJS.ProcessEnv = {}) =>
  resetLocalEnvironment(environment, { directory, lock: join(directory, 'start.lock') });

test('removes the data and keeps the programs', async () => {
  const { removed, untouched } = await reset();
  expect([...removed].sort()).toEqual(['mariadb', 'media', 'redis']);
  expect(untouched).toEqual([]);
  expect(await readdir(directory)).toEqual(['packages']);
});

test('a database that the environment names keeps its data and its files, and that is said', async () => {
  const { untouched } = await reset({ DB_HOST: 'db.example.org', DB_NAME: 'shared', REDIS_HOST: 'cache' });
  expect(untouched).toEqual([
    'the database shared at db.example.org:3306 (DB_HOST)',
    expect.stringMatching(/^\.local\/media, /),
    'the Redis database 0 at cache:6379 (REDIS_HOST)',
  ]);
  expect((await readdir(directory)).sort()).toEqual(['media', 'packages']);
});

test('the servers of the last start count, even when the variables are gone', async () => {
  const state = { databasePassword: 'a', redisPassword: 'b', named: { database: 'shared at db:3306' } };
  await writeFile(join(directory, 'services.json'), JSON.stringify(state));
  expect((await reset()).untouched[0]).toBe('the database shared at db:3306 (DB_HOST)');
  expect(await readdir(directory)).toContain('media');
});

test('media elsewhere are left alone, and that is said', async () => {
  const { untouched } = await reset({ MEDIA_BASE_PATH: '/srv/media' });
  expect(untouched).toEqual(['the media in /srv/media (MEDIA_BASE_PATH)']);
});
