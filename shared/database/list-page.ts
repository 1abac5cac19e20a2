import type { SelectQueryBuilder } from 'kysely';
import { offsetOf, type Page, type PageRequest } from '../http/paging.ts';

/** A page of an ordered query without limit, and how many rows it has in all; two statements at once. */
export const listPage = async <DB, Table extends keyof DB, Row, Item = Row>(
  query: SelectQueryBuilder<DB, Table, Row>,
  page: PageRequest,
  toItem: (row: Row) => Item,
): Promise<Page<Item>> => {
  const [rows, counted] = await Promise.all([
    query.limit(page.count).offset(offsetOf(page)).execute(),
    query
      .clearSelect()
      .clearOrderBy()
      .select(({ fn }) => fn.countAll<number>().as('total'))
      .executeTakeFirstOrThrow(),
  ]);
  // The compiler cannot see through rows of a type that it does not know yet.
  return { items: (rows as Row[]).map(toItem), total: Number((counted as { total: number }).total) };
};
