/** What is kept of the program that called. */
export interface Client {
  /** auth.md, "Words": never the whole address. */
  readonly network: string;
  readonly userAgent: string | undefined;
}

const USER_AGENT_LENGTH = 255;

/** The name of a program, cut to what a column holds; undefined when none was sent. */
export const cutUserAgent = (header: string | undefined): string | undefined =>
  [...(header ?? '').toWellFormed()].slice(0, USER_AGENT_LENGTH).join('') || undefined;
