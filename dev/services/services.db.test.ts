import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadConfig } from '../../shared/config/config.ts';
import { openDatabase } from '../../shared/database/database.ts';
import { freePort } from './ports.ts';
import { startServices } from './services.ts';

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'japanesestudent-services-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const lines: string[] = [];
const start = (changes: NodeJS.ProcessEnv = {}) =>
  startServices({
    directory,
    durability: 'throw-away',
    environment: { ...process.env, ...changes },
    progress: (line) => lines.push(line),
  });

test('servers that the environment names are used, passed on and left running', async () => {
  const services = await start();
  expect(services.environment).toMatchObject({
    DB_HOST: process.env['DB_HOST'],
    DB_PORT: process.env['DB_PORT'],
    REDIS_PORT: process.env['REDIS_PORT'],
  });
  await services.stop();
  await (await start()).stop();
  expect(await readdir(directory)).toEqual(['services.json']);
});

test('a private MariaDB keeps its temporary tables to itself', async () => {
  const services = await start({ DB_HOST: undefined });
  try {
    const db = openDatabase(loadConfig({ ...process.env, ...services.environment, APP_ENV: 'test' }));
    const { rows } = await sql<{ folder: string }>`SELECT @@tmpdir AS folder`.execute(db);
    await db.destroy();
    expect(rows).toEqual([{ folder: join(directory, 'mariadb-tmp') }]);
  } finally {
    await services.stop();
  }
});

test.each(['DB', 'REDIS'])('a %s server that does not answer is one clear line', async (kind) => {
  const port = String(await freePort());
  await expect(start({ [`${kind}_HOST`]: '127.0.0.1', [`${kind}_PORT`]: port })).rejects.toMatchObject({
    name: 'LocalFailure',
    message: expect.stringMatching(new RegExp(`^No [^\\n]*${kind}_HOST 127.0.0.1:${port}[^\\n]*$`)),
  });
});

test('wrong credentials are one clear line without the password', async () => {
  const failure = start({ DB_PASSWORD: 'wrong-secret' });
  await expect(failure).rejects.toThrow(/^No database at DB_HOST [^\n]*Access denied[^\n]*$/);
  await expect(failure).rejects.not.toThrow('wrong-secret');
});
