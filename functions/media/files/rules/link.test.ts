import { describe, expect, it } from 'vitest';
import { checkLink, linkExpiry, signatureOf } from './link.ts';

const SECRET = 'media-url-secret-for-this-example-only';
const EXP = '1774008000';
const SIG = 'skzSVtmKmU7Mdz99Fc79DE3WMrfWE9IM1tapieAiLfg';
const target = { purpose: 'media.get', id: '3f0e7a52-6a1c-4a0e-9f5b-0c2f7d1b9a44.mp3' } as const;
const before = new Date(Number(EXP) * 1_000 - 1);

describe('the vectors of media.md', () => {
  it('sign a download (rule 3)', () => {
    expect(signatureOf(target, EXP, SECRET)).toBe(SIG);
  });

  it('sign an upload (rule 4)', () => {
    const upload = { purpose: 'media.put', id: '8c1d2f34-5b6a-4c7d-8e9f-0a1b2c3d4e5f' } as const;
    expect(signatureOf(upload, '1773981200', SECRET)).toBe('tTW8ERcYEN2u6r3A1--CRwnoT7nuy3s8_tR89QAZIok');
  });
});

describe('linkExpiry', () => {
  it.each([
    ['2026-03-20T03:33:20Z', 21_600_000, 1_774_008_000],
    ['2026-03-20T05:59:59.999Z', 21_600_000, 1_774_008_000],
    ['2026-03-20T06:00:00Z', 21_600_000, 1_774_029_600],
    ['2026-03-20T00:00:00.500Z', 1_000, 1_773_964_802],
  ])('at %s with a window of %i ms', (now, window, exp) => {
    expect(linkExpiry(new Date(now), window)).toBe(exp);
  });
});

describe('checkLink', () => {
  const check = (query: string, now = before, secrets = [SECRET]) => checkLink(target, query, secrets, now);

  it('lets the link pass until its second has come', () => {
    expect(check(`exp=${EXP}&sig=${SIG}`)).toBe('valid');
    expect(check(`other=1&sig=${SIG}&exp=${EXP}&other=2`)).toBe('valid');
    expect(check(`exp=${EXP}&sig=${SIG}`, new Date(Number(EXP) * 1_000))).toBe('invalid');
  });

  it('accepts the previous secret, and no other', () => {
    expect(check(`exp=${EXP}&sig=${SIG}`, before, ['x'.repeat(32), SECRET])).toBe('valid');
    expect(check(`exp=${EXP}&sig=${SIG}`, before, ['x'.repeat(32)])).toBe('invalid');
  });

  it.each([
    ['only the time', `exp=${EXP}`],
    ['only the signature', `sig=${SIG}`],
    ['the time twice', `exp=${EXP}&exp=${EXP}&sig=${SIG}`],
    ['the signature twice', `exp=${EXP}&sig=${SIG}&sig=${SIG}`],
    ['an empty time', `exp=&sig=${SIG}`],
    ['an empty signature', `exp=${EXP}&sig=`],
    ['a leading zero', `exp=0${EXP}&sig=${signatureOf(target, `0${EXP}`, SECRET)}`],
    ['13 digits', `exp=1774008000000&sig=${signatureOf(target, '1774008000000', SECRET)}`],
    ['a sign', `exp=%2B${EXP}&sig=${SIG}`],
    ['another time', `exp=1774008001&sig=${SIG}`],
    ['padding', `exp=${EXP}&sig=${SIG}%3D`],
    ['changed spare bits', `exp=${EXP}&sig=${SIG.slice(0, -1)}h`],
    ['a signature of another alphabet', `exp=${EXP}&sig=${'é'.repeat(43)}`],
    [
      'an upload signature',
      `exp=${EXP}&sig=${signatureOf({ ...target, purpose: 'media.put' }, EXP, SECRET)}`,
    ],
  ])('refuses %s', (_name, query) => {
    expect(check(query)).toBe('invalid');
  });

  it('tells a query without a link', () => {
    expect(check('')).toBe('absent');
    expect(check('Exp=1&SIG=2')).toBe('absent');
  });
});
