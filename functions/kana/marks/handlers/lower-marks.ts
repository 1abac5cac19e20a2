import { z } from 'zod';
import { endpoint } from '#shared/http/endpoint.ts';
import { openPathId } from '#shared/http/fields.ts';
import { dropMarks } from '../mark-drops.ts';

/** Empty counts as absent, as in many clients an empty header is one that was not set. */
const keyHeader = (description: string) =>
  z
    .string()
    .regex(/^[\x20-\x7e]{0,255}$/, 'must be 1 to 255 printable ASCII characters')
    .optional()
    .meta({ description });

const lowerMarks = () =>
  endpoint(
    {
      summary: 'Lower all marks of a user',
      description:
        'Lowers every mark by 0.01, once per key: `X-Task-Run-Id`, otherwise `Idempotency-Key`, otherwise the UTC day. Repeating a call with the same key returns the same response and lowers nothing. GET and POST do the same.',
      guard: 'service',
      head: false,
      request: {
        path: z.object({ userId: openPathId() }),
        headers: z.object({
          'x-task-run-id': keyHeader('The key. The task platform sends it with every webhook run.'),
          'idempotency-key': keyHeader('The key when `X-Task-Run-Id` is absent.'),
        }),
      },
      responses: {
        200: {
          description: 'The marks have been lowered, now or by an earlier call with this key.',
          schema: z.object({ message: z.string(), affected: z.int().min(0) }),
        },
      },
    },
    async ({ path, headers }, context) => {
      const affected = await dropMarks(context, {
        userId: path.userId,
        taskRunId: headers['x-task-run-id'],
        idempotencyKey: headers['idempotency-key'],
      });
      return { status: 200, body: { message: 'Marks lowered', affected } };
    },
  );

/** POST /test-results/drop-marks/{userId}, service: lowers the marks of the user once for the key. */
export const byPost = lowerMarks();

/** GET /test-results/drop-marks/{userId}, service: the same, for schedulers that cannot send POST. */
export const byGet = lowerMarks();
