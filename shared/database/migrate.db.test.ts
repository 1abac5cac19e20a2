import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrationFiles } from '../checkout/migrations.ts';
import { openTestResources, type TestResources } from '../testing/test-resources.ts';
import { type Database, openDatabase } from './database.ts';
import { migrate } from './migrate.ts';
import { describeSchema } from './schema.ts';

let resources: TestResources;
const opened: { db: Database; name: string }[] = [];
beforeAll(async () => {
  resources = await openTestResources();
});
afterAll(async () => {
  for (const { db, name } of opened) {
    await sql`DROP DATABASE ${sql.id(name)}`.execute(db);
    await db.destroy();
  }
  await resources.close();
});

const emptyDatabase = async (): Promise<Database> => {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await sql`CREATE DATABASE ${sql.id(name)} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`.execute(resources.db);
  const db = openDatabase({ ...resources.config, DB_NAME: name, DB_POOL_SIZE: 4 });
  opened.push({ db, name });
  return db;
};

describe('migrate', () => {
  it('gives the same schema in one go and one migration at a time, in the order in which they were merged', async () => {
    const stepwise = await emptyDatabase();
    const files = migrationFiles();
    // By number first: that is how a database that has been there from the start has met them.
    const numberOf = ({ name }: { name: string }) => Number(name.split('/')[1]?.slice(0, 4));
    const merged = [...files].sort((a, b) => numberOf(a) - numberOf(b));
    const known: (typeof files)[number][] = [];
    for (const file of merged) {
      known.push(file);
      expect(
        await migrate(
          stepwise,
          files.filter((each) => known.includes(each)),
        ),
      ).toEqual([file.name]);
    }
    expect(await describeSchema(stepwise)).toBe(await describeSchema(resources.db));
  });

  it('follows the order of the domains, whatever their names', async () => {
    const names = migrationFiles().map(({ name }) => name);
    expect(await migrate(await emptyDatabase())).toEqual(names);
    expect(names.indexOf('media/0001-media')).toBeLessThan(names.indexOf('auth/0002-media-links'));
  });

  it('refuses a database that newer code has migrated, in one line that says what to do', async () => {
    const db = await emptyDatabase();
    await migrate(db);
    const older = migrationFiles().slice(0, -1);
    const newest = migrationFiles().at(-1)?.name;
    await expect(migrate(db, older)).rejects.toMatchObject({
      name: 'MigrationFailure',
      message: expect.stringMatching(new RegExp(`^The database is newer [^\\n]*${newest}: switch [^\\n]*$`)),
    });
  });

  it('names the file and the reason when a migration fails, in one line', async () => {
    const db = await emptyDatabase();
    const folder = await mkdtemp(join(tmpdir(), 'japanesestudent-migration-'));
    const path = join(folder, '0001-broken.ts');
    await writeFile(path, "export const up = async () => { throw new Error('no such\\ntable'); };");
    await expect(
      migrate(db, [{ name: 'system/0001-broken', path, load: () => import(path) }]),
    ).rejects.toMatchObject({
      name: 'MigrationFailure',
      message: expect.stringMatching(
        /^The migration \S*0001-broken\.ts failed: no such table\. Correct [^\n]*$/,
      ),
    });
    await rm(folder, { recursive: true });
  });

  it('agrees with docs/schema.sql', async () => {
    expect(await describeSchema(resources.db)).toBe(readFileSync('docs/schema.sql', 'utf8'));
  });

  it('lets one of several callers work', async () => {
    const db = await emptyDatabase();
    const results = await Promise.all([migrate(db), migrate(db), migrate(db)]);
    expect(results.map(({ length }) => length).sort()).toEqual([0, 0, migrationFiles().length]);
  });

  it('knows the migrations of a folder by its former name', async () => {
    const db = await emptyDatabase();
    await migrate(db);
    await sql`UPDATE schema_migrations SET name = CONCAT('learn/', name) WHERE name LIKE 'kana/%'`.execute(
      db,
    );
    expect(await migrate(db)).toEqual([]);
    const { rows } = await sql<{ name: string }>`SELECT name FROM schema_migrations`.execute(db);
    expect(rows.map(({ name }) => name).sort()).toEqual(
      migrationFiles()
        .map(({ name }) => name)
        .sort(),
    );
  });

  it('finds nothing to do the second time', async () => {
    expect(await migrate(resources.db)).toEqual([]);
  });
});
