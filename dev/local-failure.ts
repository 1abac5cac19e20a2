/** Something the person at the terminal can act on: its message is one complete line, printed without a stack. */
export class LocalFailure extends Error {
  override readonly name = 'LocalFailure';
}

/** The first non-empty line of any thrown value, for use inside a {@link LocalFailure}. */
export const firstLine = (error: unknown): string => {
  const text = error instanceof Error ? error.message : String(error);
  return (
    text
      .split('\n')
      .map((line) => line.trim())
      .find((line) => line !== '') ?? 'unknown error'
  );
};
