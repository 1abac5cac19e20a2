import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestResources, type TestResources } from '#shared/testing/test-resources.ts';
import { dashboardPart } from './queue-dashboard.ts';

let resources: TestResources;
beforeAll(async () => {
  resources = await openTestResources();
  await resources.queues.enqueue('immediate', [{ id: 'im-1-1-1', data: { id: 1, round: 1, attempt: 1 } }]);
});
afterAll(() => resources.close());

const refusal = async (path: string, rawQuery = ''): Promise<string> => {
  try {
    await dashboardPart(resources.queues, { path, rawQuery });
    return 'answered';
  } catch (error) {
    return (error as { code: string }).code;
  }
};

test('a job is found by its id', async () => {
  expect(await refusal('api/queues/immediate/im-1-1-1')).toBe('answered');
  expect(await refusal('api/queues/immediate/im-1-1-2')).toBe('not_found');
});

test.each([
  'meta',
  'wait',
  'events',
  'marker',
  'stalled-check',
  'im-1-1-1 ',
  'IM-1-1-1',
  'im-1-1-１',
  'あ',
  'im-1-1-1:lock',
])('a key of Redis or a look-alike is no job: %s', async (id) => {
  for (const path of [`api/queues/immediate/${id}`, `api/queues/immediate/${id}/logs`]) {
    expect(await refusal(path)).toBe('not_found');
  }
});

test.each([
  'activeQueue=%25',
  'activeQueue=immediate&status=meta',
  'activeQueue=immediate&status=wait%20',
  'activeQueue=immediate&page=x&jobsPerPage=y',
  'activeQueue=immediate&page=-1&jobsPerPage=%EF%BC%91',
])('a query that is not understood is not taken for an outage: %s', async (query) => {
  expect(['answered', 'validation_failed']).toContain(await refusal('api/queues', query));
});
