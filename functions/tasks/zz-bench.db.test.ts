import { Worker as Thread } from 'node:worker_threads';
import { sql } from 'kysely';
import { test } from 'vitest';
import { openTaskWorld } from './testing/task-world.ts';

test('bench', async () => {
  const world = await openTaskWorld({ SMTP_POOL_SIZE: process.env['BPOOL'] ?? '5', SMTP_SEND_TIMEOUT_MS: '10000' });
  const port: number = process.env['BSINK'] ? Number(process.env['BSINK']) : world.sink.port;
  const config = { ...world.resources.config, SMTP_PORT: port };
  const n = 6000;
  await sql`INSERT INTO immediate_tasks (template_id, content, is_sensitive, next_attempt_at, created_at, updated_at)
    SELECT 5, CONCAT('hanako', seq, '@example.com;x'), 0, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3), UTC_TIMESTAMP(3) FROM seq_1_to_6000`.execute(world.resources.db);
  const ids = await world.resources.db.selectFrom('immediate_tasks').select('id').execute();
  for (const [name, sqltext] of [['claim', 'EXPLAIN UPDATE immediate_tasks FORCE INDEX (PRIMARY) SET attempts = attempts+1 WHERE id IN (1,2,3) AND (id, round_no, attempts) IN ((1,1,0),(2,1,0),(3,1,0)) AND lease_token IS NULL'], ['early', "EXPLAIN SELECT id FROM immediate_tasks WHERE status = 'Enqueued' AND id IN (1,2,3) AND (id, round_no, attempts) IN ((1,1,0),(2,1,0),(3,1,0)) AND lease_token IS NULL"],
    ['insert', "EXPLAIN INSERT INTO task_attempts (task_id, round_no, attempt, started_at) SELECT id, round_no, attempts, now() FROM immediate_tasks WHERE id IN (1,2,3) AND lease_token = 'x'"],
    ['open', "EXPLAIN SELECT id FROM immediate_tasks WHERE status='Enqueued' AND lease_token IS NULL AND next_attempt_at <= now() ORDER BY next_attempt_at, id LIMIT 500"],
    ['outcome', `EXPLAIN UPDATE JSON_TABLE('[{"id":1,"token":"x"}]', '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$.id', token CHAR(36) PATH '$.token')) ended STRAIGHT_JOIN immediate_tasks task ON task.id = ended.id AND task.lease_token = ended.token STRAIGHT_JOIN task_attempts attempt ON attempt.task_id = task.id AND attempt.round_no = task.round_no AND attempt.attempt = task.attempts SET attempt.finished_at = now(), task.error = 'x'`]] as const) {
    const r = await sql.raw(sqltext).execute(world.resources.db);
    console.log(name, JSON.stringify(r.rows));
  }
  const conc = Number(process.env['BCONC'] ?? 10);
  let next = 0; const cpu0 = process.cpuUsage();
  const { Session } = await import('node:inspector/promises'); const { writeFileSync } = await import('node:fs'); const session = new Session(); session.connect(); await session.post('Profiler.enable'); await session.post('Profiler.start');
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: conc }, async () => {
    for (;;) { const one = ids[next++]; if (!one) return; await world.work([{ id: one.id, round: 1, attempt: 1 }], { config }); }
  }));
  const s = (performance.now() - startedAt) / 1000;
  console.log('cpu', process.cpuUsage(cpu0));writeFileSync('/tmp/tq/p.cpuprofile', JSON.stringify((await session.post('Profiler.stop')).profile)); const done = await world.resources.db.selectFrom('immediate_tasks').select((e) => e.fn.countAll().as('n')).where('status', '=', 'Completed').executeTakeFirst();
  console.log(`conc ${conc}: ${Math.round(n / s)}/s`, done);
  await world.close();
}, 60000);
