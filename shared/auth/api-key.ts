import { createHash, timingSafeEqual } from 'node:crypto';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Compares in constant time, whatever the lengths; an unset key equals nothing. */
export const isApiKey = (given: string, configured: string): boolean =>
  configured !== '' && timingSafeEqual(digest(given), digest(configured));
