import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { type RawBuilder, sql } from 'kysely';
import { expect } from 'vitest';
import { type AuthHarness, openAuthHarness } from '#functions/auth/testing/auth-harness.ts';
import type { SignedIn, TestAccount } from '#functions/auth/testing/fixtures.ts';
import { attach, store } from '#functions/media/index.ts';
import { createImmediateTask } from '#functions/tasks/index.ts';
import { withTransaction } from '#shared/database/transaction.ts';

/** An account that is signed in. */
export type Person = TestAccount & SignedIn;

const WORDS = Buffer.from('%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n', 'latin1');
/** A document that no other call gives again. */
const document = (): Buffer => Buffer.concat([WORDS, randomBytes(40), Buffer.from('\n%%EOF\n')]);
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

const hasTable = async ({ db }: AuthHarness, name: string): Promise<boolean> => {
  const { rows } = await sql`SHOW TABLES LIKE ${name}`.execute(db);
  return rows.length > 0;
};
const run = ({ db }: AuthHarness, ...statements: RawBuilder<unknown>[]) =>
  statements.reduce<Promise<unknown>>(
    (before, statement) => before.then(() => statement.execute(db)),
    Promise.resolve(),
  );

const storeMedium = async (
  world: AuthHarness,
  type: 'avatar' | 'lesson_doc',
  ownerId: number | undefined,
  isAttached: boolean,
): Promise<string> => {
  // Trailing bytes keep two pictures from being one object.
  const bytes = type === 'avatar' ? Buffer.concat([PIXEL, randomBytes(16)]) : document();
  const owner = ownerId === undefined ? {} : { ownerId };
  const { id } = await store(world.context(), { type, stream: Readable.from([bytes]), ...owner });
  if (isAttached) {
    await withTransaction(world.db, (tx) => attach(tx, { now: () => new Date() }, id, { type, ...owner }));
  }
  return id;
};

/** Opens a world with what belongs to nobody but is touched by {@link fillAccount}. */
export const openFilledWorld = async (): Promise<AuthHarness> => {
  const world = await openAuthHarness();
  await storeMedium(world, 'lesson_doc', undefined, true);
  await run(world, sql`INSERT INTO auth_events (kind, created_at) VALUES ('role_changed', UTC_TIMESTAMP(3))`);
  if (await hasTable(world, 'characters')) {
    await run(
      world,
      sql`INSERT INTO characters (vowel, kana_set, hiragana, katakana, english_reading, russian_reading, created_at, updated_at)
        VALUES ('a', 'basic', 'あ', 'ア', 'a', 'а', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))`,
    );
  }
  return world;
};

/** An account of a tutor, signed in twice, once ended, with a token that was exchanged. */
export const signUp = async (world: AuthHarness): Promise<Person> => {
  const account = await world.createAccount({ role: 2 });
  const { headers } = await world.logIn(account);
  await world.call('POST /auth/logout', { headers });
  const signedIn = await world.logIn(account);
  const { refreshToken } = signedIn;
  const answer = await world.call('POST /auth/refresh', {
    headers: { 'x-auth-mode': 'token' },
    body: { refreshToken },
  });
  expect(answer.status).toBe(200);
  return { ...account, ...signedIn };
};

/** Starts a two-step upload of a document, sends its bytes and returns its id. */
export const startUpload = async (
  { call }: AuthHarness,
  { headers }: Pick<Person, 'headers'>,
): Promise<string> => {
  const bytes = document();
  const started = await call('POST /media/uploads', {
    headers: { ...headers, 'idempotency-key': randomBytes(8).toString('hex') },
    body: { mediaType: 'lesson_doc', filename: 'lesson.pdf', size: bytes.length },
  });
  expect(started.status).toBe(201);
  const url = new URL(started.json.uploadUrl);
  const sent = await call(`PUT ${url.pathname.replace('/api/v6', '')}${url.search}`, {
    headers: { 'content-type': 'application/octet-stream' },
    body: bytes,
  });
  expect(sent.status).toBe(204);
  return started.json.uploadId as string;
};

const fillMedia = async (world: AuthHarness, person: Person): Promise<void> => {
  const avatar = await storeMedium(world, 'avatar', person.id, true);
  await run(world, sql`UPDATE users SET avatar_media_id = ${avatar} WHERE id = ${person.id}`);
  await storeMedium(world, 'lesson_doc', person.id, false);
  const uploadId = await startUpload(world, person);
  const path = `/media/uploads/${uploadId}/complete`;
  const completed = await world.call(`POST ${path}`, { headers: person.headers });
  expect(completed.status).toBe(201);
  await startUpload(world, person);
};

const fillTasks = async (world: AuthHarness, person: Person): Promise<void> => {
  const flagged = await world.call('PUT /profile/repeat-flag', {
    headers: person.headers,
    body: { flag: 'repeat' },
  });
  expect(flagged.status).toBe(204);
  const immediate = await withTransaction(world.db, (tx) =>
    createImmediateTask(tx, world.context(), {
      slug: 'notify_alphabet',
      userId: person.id,
      recipient: person.email,
      variables: [],
    }),
  );
  const scheduled = sql`(SELECT id FROM scheduled_tasks WHERE user_id = ${person.id})`;
  await run(
    world,
    sql`INSERT INTO task_attempts (task_id, round_no, attempt, started_at) VALUES (${immediate}, 1, 1, UTC_TIMESTAMP(3))`,
    sql`INSERT INTO scheduled_task_runs (task_id, trigger_kind, status, created_at) VALUES (${scheduled}, 'manual', 'Completed', UTC_TIMESTAMP(3))`,
    sql`INSERT INTO scheduled_task_logs (task_id, job_id, attempt, status, created_at) VALUES (${scheduled}, ${`job-${person.id}`}, 1, 'Completed', UTC_TIMESTAMP(3))`,
  );
};

const fillLinks = async (world: AuthHarness, { id, email }: Person): Promise<void> => {
  const asked = await world.call('POST /auth/forgot-password', { body: { email } });
  expect(asked.status).toBe(202);
  for (const purpose of ['verify', 'change_email', 'reset']) {
    await run(
      world,
      sql`INSERT INTO one_time_tokens (user_id, purpose, email, token_hash, expires_at, used_at, created_at)
        VALUES (${id}, ${purpose}, ${email}, ${randomBytes(32)}, UTC_TIMESTAMP(3) + INTERVAL 1 HOUR,
          IF(${purpose} = 'verify', UTC_TIMESTAMP(3), NULL), UTC_TIMESTAMP(3))`,
    );
  }
};

const fillKana = async (world: AuthHarness, { id }: Person): Promise<void> => {
  if (!(await hasTable(world, 'kana_skills'))) return;
  await run(
    world,
    sql`INSERT INTO kana_skills (user_id, alphabet, test_type, character_id, mark, attempts, correct, last_answer, last_tested_at)
      SELECT ${id}, 'hiragana', 'reading', id, 0.5, 2, 1, 'a', UTC_TIMESTAMP(3) FROM characters LIMIT 1`,
    sql`INSERT INTO kana_mark_drops (user_id, run_key, affected, created_at) VALUES (${id}, 'day:2026-03-02', 3, UTC_TIMESTAMP(3))`,
  );
};

/** Stores something about a signed-in person wherever the product can; new tables of users join here. */
export const fillAccount = async (world: AuthHarness, person: Person): Promise<void> => {
  await fillMedia(world, person);
  await fillTasks(world, person);
  await fillLinks(world, person);
  await fillKana(world, person);
};

/** Lets rows that belong to nobody or to somebody else name the person: they stay, without the name. */
export const nameElsewhere = (world: AuthHarness, { id }: Person): Promise<unknown> =>
  run(
    world,
    sql`UPDATE media SET owner_user_id = ${id} WHERE owner_user_id IS NULL AND type = 'lesson_doc' AND attached_at IS NOT NULL`,
    sql`UPDATE auth_events SET actor_id = ${id}, network = '198.51.100.0/24', user_agent = 'mine'
      WHERE kind = 'role_changed' AND user_id IS NULL`,
  );
