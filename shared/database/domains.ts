/**
 * Folders with a domain's inner shape in the order of their imports, one for each area of `learn`; migrations and
 * seeds run in this order.
 */
export const DOMAINS = [
  'system',
  'media',
  'tasks',
  'auth',
  'learn/kana',
  'learn/dictionary',
  'learn/courses',
  'account',
] as const;
