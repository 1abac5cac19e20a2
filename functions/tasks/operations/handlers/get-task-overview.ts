import { z } from 'zod';
import { endpoint } from '#shared/http/endpoint.ts';
import { getTaskOverview } from '../overview.ts';

const count = z.int().min(0);
const depth = z.object({ waiting: count, active: count, delayed: count }).meta({ id: 'QueueDepth' });
const oldest = count.meta({
  description: 'How long the oldest waiting item has been due; 0 without one.',
});
const overview = z
  .object({
    queues: z
      .object({ immediate: depth, scheduled: depth })
      .optional()
      .meta({ description: 'Absent when Redis does not respond within 1 second.' }),
    immediate: z.object({
      enqueued: count,
      oldest_waiting_seconds: oldest,
      failed: count,
      failed_last_hour: count,
    }),
    scheduled: z.object({
      active: count,
      pending: count,
      oldest_waiting_seconds: oldest,
      failed_last_hour: count,
      late_p95_ms: count.optional().meta({
        description: 'How late the runs of the last hour started: 95th percentile.',
      }),
    }),
  })
  .meta({ id: 'TaskOverview' });

/** GET /admin/tasks/overview, admin. */
export const handler = endpoint(
  {
    summary: 'Get the state of the task platform',
    guard: 'admin',
    responses: { 200: { description: 'Queue depths, backlog and failures.', schema: overview } },
  },
  async (_input, context) => {
    const { queues, immediate, scheduled } = await getTaskOverview(context);
    return {
      status: 200,
      body: {
        ...(queues ? { queues } : {}),
        immediate: {
          enqueued: immediate.enqueued,
          oldest_waiting_seconds: immediate.oldestWaitingSeconds,
          failed: immediate.failed,
          failed_last_hour: immediate.failedLastHour,
        },
        scheduled: {
          active: scheduled.active,
          pending: scheduled.pending,
          oldest_waiting_seconds: scheduled.oldestWaitingSeconds,
          failed_last_hour: scheduled.failedLastHour,
          ...(scheduled.lateP95Ms === undefined ? {} : { late_p95_ms: scheduled.lateP95Ms }),
        },
      },
    };
  },
);
