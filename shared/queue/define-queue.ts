import type { ZodType } from 'zod';
import type { Transaction } from '../database/database.ts';
import { afterCommit } from '../database/transaction.ts';
import type { Context } from '../host/context.ts';
import type { Job } from './queues.ts';

/** Work that may lie ahead: its job waits in the queue until then. */
export interface Due {
  /** Not positive or absent when it is due now. */
  readonly dueInMs?: number;
}

/** All that there is to say about a queue; the function that works on its jobs is made by `queueWorker`. */
export interface QueueDefinition<Data, Pending extends Data & Due> {
  /** As `functions.yml` names it in its `bullmq` event. */
  readonly name: string;
  /** What a job says: identifiers only, the worker loads the rest from the database. */
  readonly data: ZodType<Data>;
  /** Deterministic, so that handing a job over twice does nothing. No colon. */
  readonly jobId: (data: Data) => string;
  /** Unfinished work that no worker holds and that is due within the look-ahead, in its order, behind `after`. */
  readonly pending: (
    context: Context,
    limit: number,
    after: Pending | undefined,
  ) => Promise<readonly Pending[]>;
  /** After this time a job whose work threw is delivered again; without it the job ends, and the tick brings it back. */
  readonly retryAfterMs?: number;
  /** What becomes of a job that says nothing we can read; `failed` unless said. */
  readonly unreadable?: 'failed' | 'taken-off';
}

/** A queue as its domain uses it. */
export interface JobQueue<Data> {
  readonly name: string;
  readonly jobId: (data: Data) => string;
  readonly retryAfterMs: number | undefined;
  readonly unreadable: 'failed' | 'taken-off';
  readonly job: (item: Data & Due) => Job;
  /** Reads a job's body, or undefined when it is none of ours. */
  readonly parse: (body: string) => Data | undefined;
  /** Hands jobs over. Never throws: the rows are there, and {@link enqueuePending} adds what is missing. */
  readonly enqueue: (context: Pick<Context, 'queues'>, items: readonly (Data & Due)[]) => Promise<void>;
  /** {@link enqueue} once the transaction is committed. */
  readonly enqueueAfterCommit: (
    tx: Transaction,
    context: Pick<Context, 'queues'>,
    items: readonly (Data & Due)[],
  ) => void;
  /**
   * Hands over a job for all unfinished work. The queue ignores jobs that it still has, so this restores exactly
   * what Redis has lost.
   */
  readonly enqueuePending: (context: Context) => Promise<void>;
}

const PAGE = 500;
/** The next call goes on where one that ran out of time stopped working: the oldest come first. */
const BUDGET_MS = 50_000;

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Declares a queue, once: its jobs, what they say, and the work that is still to be done. */
export const defineQueue = <Data, Pending extends Data & Due>(
  definition: QueueDefinition<Data, Pending>,
): JobQueue<Data> => {
  const { name, data: schema, jobId, pending, retryAfterMs, unreadable = 'failed' } = definition;
  const job = (item: Data & Due): Job => {
    const data = schema.parse(item) as Data & Job['data'];
    return { id: jobId(data), data, ...(item.dueInMs === undefined ? {} : { delayMs: item.dueInMs }) };
  };
  const enqueue: JobQueue<Data>['enqueue'] = ({ queues }, items) => queues.enqueue(name, items.map(job));
  return {
    name,
    jobId,
    retryAfterMs,
    unreadable,
    job,
    enqueue,
    parse: (body) => schema.safeParse(parseJson(body)).data,
    enqueueAfterCommit: (tx, context, items) => afterCommit(tx, () => enqueue(context, items)),
    enqueuePending: async (context) => {
      const endsAt = context.now().getTime() + BUDGET_MS;
      let position: Pending | undefined;
      do {
        const page = await pending(context, PAGE, position);
        await enqueue(context, page);
        position = page.length === PAGE ? page.at(-1) : undefined;
      } while (position && context.now().getTime() < endsAt);
    },
  };
};
