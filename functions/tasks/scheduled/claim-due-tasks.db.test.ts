import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openDatabase } from '#shared/database/database.ts';
import { asOtherParty } from '#shared/testing/other-party.ts';
import { tick } from '../operations/tick.ts';
import { newUrl, openScheduledHarness, type ScheduledHarness } from '../testing/scheduled-harness.ts';

let world: ScheduledHarness;
beforeAll(async () => {
  world = await openScheduledHarness();
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.resources.db.deleteFrom('scheduled_tasks').execute();
});
afterEach(() => world.resources.at());

const run = () => tick(world.resources.context());
const MINUTE_MS = 60_000;

/** The start of the present minute, moved by minutes. */
const minute = async (offset = 0): Promise<Date> => {
  const now = await world.clock();
  return new Date(Math.floor(now.getTime() / MINUTE_MS) * MINUTE_MS + offset * MINUTE_MS);
};

describe('ahead', () => {
  test('every due instant within the look-ahead gets a run and a job, and the next run moves beyond it', async () => {
    const first = await minute(1);
    const id = await world.insertTask({ cron: '* * * * *', next_run: first });
    await run();
    const runs = await world.runs(id);
    expect(runs[0]?.due_at).toEqual(first);
    for (const { id: runId, due_at } of runs) {
      const job = await world.runJob({ id: runId, attempt: 1 });
      expect(Math.abs((job?.timestamp ?? 0) + (job?.delay ?? 0) - Number(due_at))).toBeLessThan(500);
    }
    const { next_run } = await world.scheduled(id);
    expect(next_run).toEqual(new Date(Number(runs.at(-1)?.due_at) + MINUTE_MS));
    expect(next_run.getTime()).toBeGreaterThan((await world.clock(74)).getTime());
  });

  test('tasks that are inactive or due later are left alone', async () => {
    const later = await world.clock(120);
    const ids = [
      await world.insertTask({ active: 0, next_run: await minute() }),
      await world.insertTask({ next_run: later }),
    ];
    await run();
    for (const id of ids) expect(await world.runs(id)).toEqual([]);
    expect(await world.scheduled(ids[1] ?? 0)).toMatchObject({ next_run: later });
  });
});

describe('missed', () => {
  const create = async (body: object): Promise<number> => {
    const headers = { 'x-api-key': 'service-key' };
    const answer = await world.resources.call('createScheduledTask', {
      body: { url: newUrl(), ...body },
      headers,
    });
    expect(answer.status).toBe(201);
    return answer.json.id;
  };

  test('of many occurrences only the latest runs', async () => {
    await world.resources.at(await minute(-100_000));
    const id = await create({ cron: '* * * * *' });
    const early = (await world.runs(id)).map(({ id: runId }) => runId);
    await world.resources.at();
    const before = await minute();
    await run();
    const due = (await world.runs(id)).filter((row) => !early.includes(row.id));
    const past = due.map(({ due_at }) => Number(due_at)).filter((at) => at <= Date.now());
    expect(past).toHaveLength(1);
    expect(past[0]).toBeGreaterThanOrEqual(before.getTime());
  });

  test.each([
    ['last', 86_400, 1],
    ['skip', 110, 1],
    ['skip', 130, 0],
  ] as const)('%s, %d s late: %d', async (catch_up, secondsLate, count) => {
    await world.resources.at(new Date('2025-12-01T00:00:00.000Z'));
    // Yearly, so that there is one instant only.
    const id = await create({ cron: '0 0 1 1 *', catch_up });
    const late = new Date(Date.parse('2026-01-01T00:00:00.000Z') + secondsLate * 1_000);
    await world.resources.at(late);
    await run();
    expect(await world.runs(id)).toHaveLength(count);
    expect((await world.scheduled(id)).next_run.getTime()).toBeGreaterThan(late.getTime());
  });
});

describe('never twice', () => {
  test('an instant that has a run gets no second one', async () => {
    const at = await minute(1);
    const id = await world.insertTask({ next_run: at });
    const runId = await world.insertRun(id, {
      due_at: at,
      status: 'Completed',
      attempts: 1,
      next_attempt_at: null,
    });
    await run();
    expect(await world.runs(id)).toMatchObject([{ id: runId, status: 'Completed' }]);
    expect(await world.runJob({ id: runId, attempt: 1 })).toBeUndefined();
    expect((await world.scheduled(id)).next_run.getTime()).toBeGreaterThan(at.getTime());
  });

  test('many ticks at once share a thousand tasks out', async () => {
    const { db, config } = world.resources;
    const at = await minute(-2);
    await sql`INSERT INTO scheduled_tasks (url, content, cron, next_run, created_at, updated_at)
      SELECT CONCAT('https://many.example.com/', seq), '', '* * * * *', ${at} - INTERVAL seq MOD 7 MINUTE,
        UTC_TIMESTAMP(3), UTC_TIMESTAMP(3) FROM seq_1_to_1000`.execute(db);
    const errors: unknown[] = [];
    const others = Array.from({ length: 3 }, () => openDatabase({ ...config, DB_POOL_SIZE: 4 }));
    const log = Object.assign(Object.create(world.resources.log), {
      error: (entry: unknown) => errors.push(entry),
    });
    const pools = [db, ...others, db, ...others];
    await Promise.all(pools.map((pool) => tick(world.resources.context({ db: pool, log }))));
    await Promise.all(others.map((other) => other.destroy()));
    expect(errors).toEqual([]);
    const { rows } = await sql<{ tasks: number; runs: number; late: number; least: number }>`
      SELECT COUNT(DISTINCT task_id) AS tasks, COUNT(*) AS runs, SUM(due_at <= UTC_TIMESTAMP(3)) AS late,
        (SELECT COUNT(*) FROM scheduled_tasks WHERE next_run <= UTC_TIMESTAMP(3) + INTERVAL 70 SECOND) AS least
      FROM scheduled_task_runs`.execute(db);
    expect(rows[0]?.tasks).toBe(1_000);
    expect(Number(rows[0]?.least)).toBe(0);
    // One that was missed, and one or two ahead; a minute may pass in between.
    expect(Number(rows[0]?.late)).toBeGreaterThanOrEqual(1_000);
    const perTask = await sql<{ n: number }>`SELECT DISTINCT COUNT(*) AS n FROM scheduled_task_runs
      GROUP BY task_id`.execute(db);
    for (const { n } of perTask.rows) expect(n).toBeLessThanOrEqual(3);
    const jobs = await world.runQueue.getJobCounts('waiting', 'delayed');
    expect((jobs['waiting'] ?? 0) + (jobs['delayed'] ?? 0)).toBeGreaterThanOrEqual(Number(rows[0]?.runs));
  });

  test('a task that somebody locks for a moment is claimed by the same tick', async () => {
    const id = await world.insertTask({ next_run: await minute() });
    const other = await world.insertTask({ next_run: await minute() });
    let ticking: Promise<void> | undefined;
    await asOtherParty(world.resources.db, async (transaction) => {
      await transaction.selectFrom('scheduled_tasks').select('id').where('id', '=', id).forUpdate().execute();
      ticking = run();
      await sleep(150);
      // Nobody has waited for the lock.
      expect(await world.runs(other)).toHaveLength(1);
      expect(await world.runs(id)).toEqual([]);
    });
    await ticking;
    expect((await world.runs(id)).length).toBeGreaterThan(0);
  });
});

describe('a task that cannot go on', () => {
  test.each([
    ['an unknown zone', { timezone: 'Mars/Olympus' }],
    ['a cron without occurrence', { cron: '0 0 30 2 *' }],
    ['a cron that cannot be read', { cron: 'soon' }],
  ])('%s: it becomes inactive, the others run', async (_, columns) => {
    const [bad, good] = [
      await world.insertTask({ ...columns, next_run: await minute() }),
      await world.insertTask({ next_run: await minute() }),
    ];
    const warnings: unknown[] = [];
    const log = Object.assign(Object.create(world.resources.log), {
      warn: (entry: unknown) => warnings.push(entry),
    });
    await tick(world.resources.context({ log }));
    expect(await world.scheduled(bad)).toMatchObject({ active: 0 });
    expect(await world.runs(bad)).toEqual([]);
    expect(await world.runs(good)).toHaveLength(1);
    expect(warnings).toContainEqual({ taskIds: [bad] });
  });

  test('a row that the database refuses does not stop the others of its page', async () => {
    const { db } = world.resources;
    const [bad, good] = [
      await world.insertTask({ next_run: await minute(-1) }),
      await world.insertTask({ next_run: await minute() }),
    ];
    await sql`CREATE TRIGGER refuse BEFORE INSERT ON scheduled_task_runs FOR EACH ROW
      IF NEW.task_id = ${sql.lit(bad)} THEN SIGNAL SQLSTATE '45000'; END IF`.execute(db);
    await run();
    await sql`DROP TRIGGER refuse`.execute(db);
    expect(await world.runs(bad)).toEqual([]);
    expect(await world.runs(good)).toHaveLength(1);
    await run();
    expect(await world.runs(bad)).toHaveLength(1);
  });
});

test('a flushed queue gets every open run back with one tick', async () => {
  const id = await world.insertTask({});
  const ids = {
    due: await world.insertRun(id, { due_at: await minute(-1) }),
    retry: await world.insertRun(id, {
      due_at: await minute(-2),
      attempts: 2,
      next_attempt_at: await world.clock(30),
    }),
    later: await world.insertRun(id, { due_at: await minute(-3), next_attempt_at: await world.clock(100) }),
    held: await world.insertRun(id, {
      due_at: await minute(-4),
      attempts: 1,
      lease_token: 'x',
      lease_until: await world.clock(60),
    }),
    done: await world.insertRun(id, {
      due_at: await minute(-5),
      attempts: 1,
      status: 'Failed',
      next_attempt_at: null,
    }),
  };
  await world.runQueue.obliterate({ force: true });
  await run();
  await run();
  expect(await world.runJob({ id: ids.due, attempt: 1 })).toMatchObject({ delay: 0 });
  expect((await world.runJob({ id: ids.retry, attempt: 3 }))?.delay).toBeGreaterThan(28_000);
  for (const [runId, attempt] of [
    [ids.later, 1],
    [ids.held, 2],
    [ids.held, 1],
    [ids.done, 2],
  ] as const) {
    expect(await world.runJob({ id: runId, attempt })).toBeUndefined();
  }
});
