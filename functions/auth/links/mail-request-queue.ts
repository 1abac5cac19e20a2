import { z } from 'zod';
import { defineQueue } from '#shared/queue/define-queue.ts';
import { listPendingMailRequests } from './queries/mail-requests.ts';

interface MailRequestId {
  readonly id: number;
}

/** Requests for a mail. */
export const mailRequestQueue = defineQueue<MailRequestId, MailRequestId>({
  name: 'mail-requests',
  data: z.object({ id: z.int().min(1) }),
  jobId: ({ id }) => `mail-request-${id}`,
  pending: async ({ db }, limit, after) =>
    (await listPendingMailRequests(db, limit, after?.id ?? 0)).map((id) => ({ id })),
  // A database that is unavailable comes back; until then the job waits for it.
  retryAfterMs: 30_000,
  unreadable: 'taken-off',
});
