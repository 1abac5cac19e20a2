import { z } from 'zod';
import { endpoint } from '#shared/http/endpoint.ts';
import { longPathId } from '#shared/http/fields.ts';
import { getImmediateTask } from '../administration.ts';
import { immediateTaskSchema, toObject } from '../immediate-task.schema.ts';

/** GET /admin/immediate-tasks/{id}, admin: with its latest attempts. */
export const handler = endpoint(
  {
    summary: 'Get an immediate task',
    guard: 'admin',
    literalsWin: true,
    request: { path: z.object({ id: longPathId() }) },
    responses: { 200: { description: 'The task.', schema: immediateTaskSchema } },
  },
  async ({ path }, { db, config }) => ({
    status: 200,
    body: toObject(await getImmediateTask(db, path.id, config)),
  }),
);
