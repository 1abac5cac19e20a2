import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadConfig } from '#shared/config/config.ts';
import { type Database, openDatabase } from '#shared/database/database.ts';
import { testEnvironment } from '#shared/testing/test-resources.ts';
import { type Copy, makeCopy, type Run } from './copy.ts';

const name = `test_start_${randomBytes(4).toString('hex')}`;
const named: NodeJS.ProcessEnv = {
  ...Object.fromEntries(Object.entries(process.env).filter(([key]) => /^(DB|REDIS)_/.test(key))),
  DB_NAME: name,
  REDIS_PREFIX: name,
};

let copies: Copy[] = [];
let db: Database;
beforeAll(() => {
  copies = [makeCopy('first'), makeCopy('second')];
  db = openDatabase(loadConfig({ ...testEnvironment(), DB_POOL_SIZE: '2' }));
});
afterAll(async () => {
  for (const copy of copies) await copy.remove();
  await sql`DROP DATABASE IF EXISTS ${sql.id(name)}`.execute(db);
  await db.destroy();
});

const started = async (copy: Copy, environment: NodeJS.ProcessEnv): Promise<Run> => {
  const run = copy.run('start', environment);
  await run.said(/Ctrl-C stops everything/);
  return run;
};
const stop = async (run: Run): Promise<void> => {
  run.child.kill('SIGINT');
  await run.ended;
};

/** Statuses of the sounds of the first kana, as a student meets them. */
const soundStatuses = async (copy: Copy): Promise<number[]> => {
  const { apiUrl, accounts } = copy.environmentFile();
  const student = accounts.find(({ role }) => role === 1);
  const login = await fetch(`${apiUrl}/api/v6/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-auth-mode': 'token' },
    body: JSON.stringify({ login: student?.email, password: student?.password }),
  });
  const { accessToken } = (await login.json()) as { accessToken: string };
  const authorization = `Bearer ${accessToken}`;
  return Promise.all(
    [1, 2, 3].map(async (id) => {
      const answer = await fetch(`${apiUrl}/api/v6/characters/${id}`, { headers: { authorization } });
      const { audioUrl } = (await answer.json()) as { audioUrl: string };
      return (await fetch(new URL(audioUrl, apiUrl))).status;
    }),
  );
};

describe('with a database of their own choice', () => {
  test('after a reset, and in a second checkout, the sounds are there; reset says what it leaves', async () => {
    const [first, second] = copies as [Copy, Copy];
    await stop(await started(first, named));
    const reset = first.run('reset', named);
    expect(await reset.ended).toBe(0);
    expect(reset.output()).toContain(`Not touched: the database ${name} at `);
    expect(existsSync(join(first.root, '.local', 'media'))).toBe(true);
    const run = await started(second, named);
    expect(await soundStatuses(second)).toEqual([200, 200, 200]);
    await stop(run);
  });

  test.each(['migrate', 'start'])(
    'a database of newer code: npm run %s says so in one line',
    async (command) => {
      const [first] = copies as [Copy];
      await sql`INSERT IGNORE INTO ${sql.id(name, 'schema_migrations')} (name, timestamp)
      VALUES ('auth/9999-from-the-future', '2090-01-01')`.execute(db);
      const run = first.run(command, { APP_ENV: 'local', ...named });
      expect(await run.ended).toBe(1);
      expect(run.output().trimEnd().split('\n').at(-1)).toMatch(
        /^The database is newer than this checkout, which lacks the migration auth\/9999-from-the-future: switch /,
      );
      expect(run.output()).not.toMatch(/^ {4}at /m);
    },
  );
});

test.each([
  ['without variables', {}, /^Bad configuration: .*JWT_SECRET: is required.*APP_ENV=local.*\n$/],
  [
    'without a database',
    { APP_ENV: 'local', DB_HOST: '127.0.0.1', DB_PORT: '1' },
    /^No database at DB_HOST 127\.0\.0\.1:1 .*ECONNREFUSED.*\n$/,
  ],
])('migrate and seed %s are one line', async (_name, environment, line) => {
  for (const command of ['migrate', 'seed']) {
    const run = (copies[0] as Copy).run(command, environment);
    expect(await run.ended).toBe(1);
    expect(run.output()).toMatch(line);
  }
});

// Only where dpkg is, and for who may lock it.
test.runIf(existsSync('/var/lib/dpkg/lock-frontend') && process.getuid?.() === 0)(
  'a start while other packages are being installed waits for that, says so, and goes on',
  async () => {
    const copy = makeCopy('packages', { withPrograms: false });
    copies.push(copy);
    const hold = `open(my $file, '+<', '/var/lib/dpkg/lock-frontend') or die $!;
      my $lock = pack('s s x4 q q l', F_WRLCK, 0, 0, 0, 0);
      fcntl($file, F_SETLK, $lock) or die $!; $| = 1; print 'held'; sleep 300;`;
    const holder = spawn('perl', ['-MFcntl', '-e', hold], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      await once(holder.stdout, 'data');
      const run = copy.run('start', {});
      await run.said(/waiting for another package operation \(perl, process \d+\), which holds dpkg's lock/);
      holder.kill('SIGKILL');
      await run.said(/dpkg is free again/);
      await run.said(/Ctrl-C stops everything/);
      await stop(run);
    } finally {
      holder.kill('SIGKILL');
    }
  },
);
