import { isIP } from 'node:net';
import { z } from 'zod';
import { parseCronWithSeconds } from '../time/cron-with-seconds.ts';

const MILLISECONDS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const DURATION = /^(0|[1-9][0-9]{0,8})([smhd])$/;

/** Milliseconds of a duration such as `15m`; undefined when the text is not `<integer><s|m|h|d>`. */
export const parseDuration = (text: string): number | undefined => {
  const match = DURATION.exec(text);
  if (!match) return undefined;
  return Number(match[1]) * MILLISECONDS[match[2] as keyof typeof MILLISECONDS];
};

/** How often something may happen in a window; a `count` of 0 switches the limit off. */
export interface Limit {
  readonly count: number;
  readonly windowMs: number;
}

/** Reads a limit such as `10/15m`; undefined when it is not `<count>/<duration>` or the window is empty. */
export const parseLimit = (text: string): Limit | undefined => {
  const [count, window, ...rest] = text.split('/');
  if (rest.length > 0 || !count || !window || !/^(0|[1-9][0-9]{0,8})$/.test(count)) return undefined;
  const windowMs = parseDuration(window);
  return windowMs ? { count: Number(count), windowMs } : undefined;
};

const parsedBy = <T>(parse: (text: string) => T | undefined, expected: string) =>
  z.string().transform((text, context) => {
    const value = parse(text);
    if (value !== undefined) return value;
    context.addIssue({ code: 'custom', message: `must be ${expected}` });
    return z.NEVER;
  });

/** A text that nobody guesses. */
export const secret = () => z.string().min(32, 'must be at least 32 characters');

/** A duration in milliseconds, written `<integer><s|m|h|d>`. */
export const duration = (fallback: string) =>
  parsedBy(parseDuration, 'a duration such as 15m').prefault(fallback);

/** A {@link duration} between the bounds in milliseconds, both included. */
export const boundedDuration = (fallback: string, minimum: number, maximum: number) =>
  parsedBy((text) => {
    const value = parseDuration(text);
    return value !== undefined && value >= minimum && value <= maximum ? value : undefined;
  }, `a duration such as ${fallback} within its bounds`).prefault(fallback);

/** A cron expression of five fields, or of six with seconds first; the text is kept. */
export const cron = () =>
  z.string().refine((text) => parseCronWithSeconds(text) !== undefined, {
    error: 'must be a cron expression such as 17 * * * *',
  });

/** A {@link Limit}, written `<count>/<duration>`. */
export const limit = (fallback: string) => parsedBy(parseLimit, 'a limit such as 10/15m').prefault(fallback);

/** An integer between the bounds, both included. */
export const integer = (minimum: number, maximum: number) =>
  z
    .string()
    .regex(/^-?[0-9]{1,15}$/, 'must be an integer')
    .transform(Number)
    .pipe(z.number().min(minimum).max(maximum));

/** A number between the bounds, both included. */
export const decimal = (minimum: number, maximum: number) =>
  z
    .string()
    .regex(/^[0-9]+(\.[0-9]+)?$/, 'must be a number')
    .transform(Number)
    .pipe(z.number().min(minimum).max(maximum));

/** `true` or `false`, nothing else. */
export const flag = () =>
  z.enum(['true', 'false'], { error: 'must be true or false' }).transform((text) => text === 'true');

const items = () =>
  z.string().transform((text) =>
    text
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== ''),
  );

/** A comma list; blanks around items and empty items are dropped. */
export const list = () => items().prefault('');

/** An absolute http(s) URL; a trailing slash is dropped. */
export const httpUrl = () =>
  z
    .url({ protocol: /^https?$/, error: 'must be an absolute http(s) URL' })
    .transform((text) => text.replace(/\/$/, ''));

/** An absolute http(s) URL to which paths are added: no query, no fragment, not ending in `/api/v6`. */
export const baseUrl = () =>
  httpUrl().refine((text) => !/[?#]|\/api\/v6$/.test(text), {
    error: 'must have no query, no fragment and no /api/v6',
  });

const isAddressOrNetwork = (text: string): boolean => {
  const [address = '', bits, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return bits === undefined || (/^[0-9]{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
};

/** A comma list of IP addresses and CIDR networks. */
export const networks = () =>
  items()
    .refine((entries) => entries.every(isAddressOrNetwork), 'must be IP addresses or CIDR networks')
    .prefault('');
