interface DescribedError {
  readonly type: string;
  readonly message: string;
  readonly code?: string;
  readonly stack?: string;
  readonly cause?: DescribedError;
}

const MAXIMUM_CAUSES = 3;

/**
 * What a log may say of an error. Text in quotes is cut out of messages, because database errors quote
 * the values that people sent, and only frames are kept of the stack, because its head repeats the message.
 */
export const describeError = (error: unknown, depth = 0): DescribedError => {
  if (!(error instanceof Error)) return { type: typeof error, message: 'not an Error' };
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return {
    type: error.name,
    message: withoutQuotations(error.message),
    ...(typeof code === 'string' ? { code } : {}),
    ...(frames.length > 0 ? { stack: frames.join('\n') } : {}),
    ...(cause instanceof Error && depth < MAXIMUM_CAUSES ? { cause: describeError(cause, depth + 1) } : {}),
  };
};

const withoutQuotations = (text: string): string =>
  text
    .slice(0, 2_000)
    .replace(/'[^']*'|"[^"]*"|`[^`]*`/g, '[…]')
    .replace(/['"`][^'"`]*$/, '[…]');
