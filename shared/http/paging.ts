import { z } from 'zod';
import { queryIntegerOr } from './fields.ts';

const MAXIMUM_PAGE = 2_147_483_647;
const MAXIMUM_COUNT = 100;

/** The `page` and `count` query parameters of a list. */
export const pagingQuery = (defaultCount: number) => ({
  page: queryIntegerOr(1, 1, MAXIMUM_PAGE).meta({ description: 'The page, counted from 1.' }),
  count: queryIntegerOr(defaultCount, 1, MAXIMUM_COUNT).meta({ description: 'Entries on a page.' }),
});

/** Which part of a list was asked for. */
export interface PageRequest {
  readonly page: number;
  readonly count: number;
}

/** Rows to skip before the page. */
export const offsetOf = ({ page, count }: PageRequest): number => (page - 1) * count;

/**
 * `X-Total-Count` and `Link` of a list: `first` and `last` always, `prev` and `next` where such a page exists;
 * beyond the end `prev` is the last page. The addresses are relative to the API's root and keep the filters.
 */
export const pagingHeaders = (
  request: { readonly rawPath: string; readonly rawQuery: string },
  { page, count }: PageRequest,
  total: number,
): Record<string, string> => {
  const last = Math.max(1, Math.ceil(total / count));
  const link = (target: number, relation: string): string => {
    const query = new URLSearchParams(request.rawQuery);
    query.set('page', String(target));
    query.set('count', String(count));
    return `<${request.rawPath}?${query}>; rel="${relation}"`;
  };
  const links = [
    link(1, 'first'),
    ...(page > 1 ? [link(Math.min(page - 1, last), 'prev')] : []),
    ...(page < last ? [link(page + 1, 'next')] : []),
    link(last, 'last'),
  ];
  return { 'x-total-count': String(total), link: links.join(', ') };
};

/** Schema of the headers of a list, for the documentation. */
export const PAGING_HEADER_NAMES = {
  'X-Total-Count': 'Number of entries on all pages.',
  Link: 'Links to the first, last, previous and next page (RFC 8288).',
} as const;

/** A page of a list with the number of entries on all pages. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly total: number;
}

/** Schema of a list body: a bare array. */
export const listOf = <T extends z.ZodType>(item: T) => z.array(item);
