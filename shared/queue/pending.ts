import type { Context } from '../host/context.ts';
import type { Job } from './queues.ts';

const PAGE = 500;
/** The next tick goes on where one that ran out of time stopped working: the oldest come first. */
const BUDGET_MS = 50_000;

/** How open items of one kind are found and become jobs. */
export interface PendingItems<Item> {
  readonly queue: string;
  /** Items that no worker holds and that are due within the look-ahead, by due time and id, behind the item. */
  readonly list: (context: Context, limit: number, after: Item | undefined) => Promise<readonly Item[]>;
  readonly job: (item: Item) => Job;
}

/**
 * Hands over a job for every open item. The queue ignores jobs that it still has, so this restores
 * exactly what Redis has lost.
 */
export const enqueuePending = async <Item>(context: Context, items: PendingItems<Item>): Promise<void> => {
  const { queues, now } = context;
  const endsAt = now().getTime() + BUDGET_MS;
  let position: Item | undefined;
  do {
    const page = await items.list(context, PAGE, position);
    await queues.enqueue(items.queue, page.map(items.job));
    position = page.length === PAGE ? page.at(-1) : undefined;
  } while (position && now().getTime() < endsAt);
};
