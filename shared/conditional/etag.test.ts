import { expect, it } from 'vitest';
import { etagOf, namesEtag } from './etag.ts';

it('matches weakly for If-None-Match and strongly for If-Match', () => {
  const etag = etagOf('content');
  expect(etag).toMatch(/^"[\w-]{27}"$/);
  expect(namesEtag(`"other", W/${etag}`, etag, 'weak')).toBe(true);
  expect(namesEtag(`W/${etag}`, etag, 'strong')).toBe(false);
  expect(namesEtag('*', etag, 'strong')).toBe(true);
  expect(namesEtag('nonsense', etag, 'weak')).toBe(false);
});
