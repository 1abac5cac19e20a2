import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { listOf, offsetOf, PAGING_HEADER_NAMES, type Page, pagingHeaders, pagingQuery } from './paging.ts';

const query = z.object(pagingQuery(20));
const relations = (page: number, count: number, total: number, rawQuery = '') => {
  const { link = '' } = pagingHeaders({ rawPath: '/api/v6/words', rawQuery }, { page, count }, total);
  return Object.fromEntries(
    [...link.matchAll(/<([^>]+)>; rel="(\w+)"/g)].map(([, url, name]) => [name, url]),
  );
};

describe('paging', () => {
  it('defaults, and refuses what is not a plain positive integer within bounds', () => {
    expect(query.parse({})).toEqual({ page: 1, count: 20 });
    expect(query.parse({ page: '3', count: '100' })).toEqual({ page: 3, count: 100 });
    for (const bad of ['0', '-1', '+1', '01', '1.0', '1e2', '', ' 1', '2147483648']) {
      expect(query.safeParse({ page: bad }).success).toBe(false);
    }
    expect(query.safeParse({ count: '101' }).success).toBe(false);
    expect(offsetOf({ page: 3, count: 20 })).toBe(40);
  });

  it('links the neighbours that exist and keeps the filters', () => {
    expect(relations(2, 10, 35, 'search=a%26b&page=2')).toEqual({
      first: '/api/v6/words?search=a%26b&page=1&count=10',
      prev: '/api/v6/words?search=a%26b&page=1&count=10',
      next: '/api/v6/words?search=a%26b&page=3&count=10',
      last: '/api/v6/words?search=a%26b&page=4&count=10',
    });
    expect(Object.keys(relations(1, 10, 35))).toEqual(['first', 'next', 'last']);
    expect(Object.keys(relations(4, 10, 35))).toEqual(['first', 'prev', 'last']);
  });

  it('calls page 1 the last of an empty list, and the last page the previous one beyond the end', () => {
    expect(relations(1, 10, 0)).toEqual({
      first: '/api/v6/words?page=1&count=10',
      last: '/api/v6/words?page=1&count=10',
    });
    expect(relations(99, 10, 35)['prev']).toBe('/api/v6/words?page=4&count=10');
  });

  it('tells the number of entries', () => {
    expect(pagingHeaders({ rawPath: '/', rawQuery: '' }, { page: 1, count: 1 }, 7)['x-total-count']).toBe(
      '7',
    );
  });

  it('sends the headers that it documents, and a bare array', () => {
    const { items, total }: Page<string> = { items: ['a'], total: 1 };
    const sent = Object.keys(pagingHeaders({ rawPath: '/', rawQuery: '' }, { page: 1, count: 1 }, total));
    expect(sent.sort()).toEqual(
      Object.keys(PAGING_HEADER_NAMES)
        .map((name) => name.toLowerCase())
        .sort(),
    );
    expect(listOf(z.string()).parse(items)).toEqual(['a']);
  });
});
