import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openScheduledHarness, type ScheduledHarness } from '../testing/scheduled-harness.ts';
import type { AdminEndpoint } from '../testing/task-admin-harness.ts';

let world: ScheduledHarness;
let list: AdminEndpoint;
let get: AdminEndpoint;
let taskId: number;
const ids: number[] = [];
beforeAll(async () => {
  world = await openScheduledHarness();
  list = world.endpoint('listScheduledTaskLogs');
  get = world.endpoint('getScheduledTaskLog');
  taskId = await world.insertTask();
  const rows = [
    {
      task_id: taskId,
      job_id: 'run-1',
      attempt: 1,
      status: 'Failed',
      error: 'http_error: 503 Try 100% later',
      http_status: 503,
    },
    { task_id: taskId, job_id: 'run-1', attempt: 2, status: 'Completed', http_status: 200, response: 'ok' },
    { task_id: null, job_id: 'run-2', attempt: 1, status: 'Completed' },
  ] as const;
  for (const [index, row] of rows.entries()) {
    const created_at = new Date(`2026-01-0${index + 1}T00:00:00.500Z`);
    const { insertId } = await world.resources.db
      .insertInto('scheduled_task_logs')
      .values({ ...row, created_at })
      .executeTakeFirstOrThrow();
    ids.push(Number(insertId));
  }
});
afterAll(() => world.close());

test('a list shows the newest first', async () => {
  const { json, headers } = await list();
  expect(json.map(({ id }: { id: number }) => id)).toEqual(ids.toReversed());
  expect(json[2]).toEqual({
    ...{ id: ids[0], task_id: taskId, job_id: 'run-1', status: 'Failed' },
    created_at: '2026-01-01T00:00:00.500Z',
  });
  expect(json[0]).not.toHaveProperty('task_id');
  expect(headers['x-total-count']).toBe('3');
});

describe('filters', () => {
  const numbers = async (query: string) =>
    (await list({ query })).json.map(({ id }: { id: number }) => ids.indexOf(id) + 1);

  test.each([
    ['task_id', [2, 1]],
    ['job_id=run-1', [2, 1]],
    ['job_id=run-', []],
    ['status=Completed', [3, 2]],
    ['search=TRY%20100%25', [1]],
    ['search=1%25', []],
    ['created_after=2026-01-02T00:00:00.500Z', [3, 2]],
    ['created_before=2026-01-02T00:00:00.500Z', [1]],
    ['created_after=2026-01-02T01:00:00.500%2B01:00&status=Failed', []],
    ['count=1&page=2', [2]],
  ])('%s', async (query, expected) => {
    expect(await numbers(query === 'task_id' ? `task_id=${taskId}` : query)).toEqual(expected);
  });

  test.each([
    'status=Skipped',
    'task_id=0',
    'created_after=2026-01-02',
    'search=',
    `search=${'x'.repeat(101)}`,
    'job_id=%E6%97%A5',
  ])('refused: %s', async (query) => {
    expect((await list({ query })).status).toBe(400);
  });
});

test('one log shows everything that is known', async () => {
  expect((await get({ id: ids[0] ?? 0 })).json).toEqual({
    ...{ id: ids[0], task_id: taskId, job_id: 'run-1', attempt: 1, status: 'Failed', http_status: 503 },
    ...{ error: 'http_error: 503 Try 100% later', created_at: '2026-01-01T00:00:00.500Z' },
  });
  expect((await get({ id: ids[1] ?? 0 })).json).toMatchObject({ response: 'ok', http_status: 200 });
  expect(Object.keys((await get({ id: ids[2] ?? 0 })).json).sort()).toEqual([
    'attempt',
    'created_at',
    'id',
    'job_id',
    'status',
  ]);
  expect((await get({ id: 4_000_000 })).status).toBe(404);
  expect((await get({ id: 'x' })).status).toBe(400);
});
