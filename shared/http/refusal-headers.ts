import type { LimitState, RefusalData } from '../errors/refusal-data.ts';

/** The two fields of draft-ietf-httpapi-ratelimit-headers for all limits of a request. */
export const rateLimitHeaders = (states: readonly LimitState[]): Record<string, string> =>
  states.length === 0
    ? {}
    : {
        'ratelimit-policy': states.map((s) => `"${s.name}";q=${s.quota};w=${s.windowSeconds}`).join(', '),
        ratelimit: states.map((s) => `"${s.name}";r=${s.remaining};t=${s.resetSeconds}`).join(', '),
      };

/** `Retry-After` of several limits reached is the longest rest among them. */
const limitHeaders = (reached: readonly LimitState[]): Record<string, string> => ({
  ...rateLimitHeaders(reached),
  'retry-after': String(Math.max(1, ...reached.map(({ resetSeconds }) => resetSeconds))),
});

/** The headers that tell a caller what a refusal knows. */
export const refusalHeaders = ({
  limits,
  retryAfterSeconds,
  fileSize,
  methods,
}: RefusalData): Record<string, string> => ({
  ...(limits ? limitHeaders(limits) : {}),
  ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
  ...(fileSize === undefined ? {} : { 'content-range': `bytes */${fileSize}`, 'accept-ranges': 'bytes' }),
  ...(methods ? { allow: methods.join(', ') } : {}),
});
