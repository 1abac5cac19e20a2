import type { Context } from '#shared/host/context.ts';
import type { Failure } from './rules/failure.ts';

const PAGE = 200;

/** What is recorded of an attempt whose worker died. */
export const INTERRUPTED: Failure = { code: 'interrupted', detail: 'the worker did not finish in time' };

/** How interrupted attempts of one kind of item are found and closed. */
export interface InterruptedItems<Item extends { readonly id: number }> {
  /** For logs. */
  readonly name: string;
  /** Attempts whose lease has run out, by id, behind the id. */
  readonly list: (context: Context, limit: number, afterId: number) => Promise<readonly Item[]>;
  /** Returns how many were closed; somebody else closed the others. */
  readonly close: (context: Context, items: readonly Item[]) => Promise<number>;
}

/** Closes attempts whose worker died (rule E7). */
export const closeInterrupted = async <Item extends { readonly id: number }>(
  context: Context,
  { name, list, close }: InterruptedItems<Item>,
): Promise<void> => {
  let page: readonly Item[];
  let lastId = 0;
  do {
    page = await list(context, PAGE, lastId);
    if (page.length === 0) return;
    const closed = await close(context, page);
    if (closed > 0) context.log.warn({ closed }, `${name} were interrupted`);
    lastId = page.at(-1)?.id ?? lastId;
  } while (page.length === PAGE);
};
