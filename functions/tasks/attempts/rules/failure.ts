/** Why an attempt failed, and whether trying again cannot help (rule E8). */
const IS_PERMANENT = {
  template_missing: true,
  content_invalid: true,
  variable_missing: true,
  too_large: true,
  recipient_refused: true,
  url_not_allowed: true,
  cancelled: true,
  smtp_error: false,
  smtp_timeout: false,
  webhook_unreachable: false,
  webhook_timeout: false,
  http_error: false,
  interrupted: false,
  internal_error: false,
} as const;

/** The machine-readable head of an error text. */
type FailureCode = keyof typeof IS_PERMANENT;

/** A failed attempt; `detail` is for administrators and holds no variable of a content. */
export interface Failure {
  readonly code: FailureCode;
  readonly detail: string;
  /** Set where the code alone does not tell: an `http_error` whose status says that trying again cannot help. */
  readonly isPermanent?: boolean;
}

/** The columns and the contract bound error texts to this many bytes of UTF-8. */
const MAXIMUM_BYTES = 4_096;

/** Whether the first such failure already makes the item `Failed`. */
export const isPermanent = (failure: Pick<Failure, 'code' | 'isPermanent'>): boolean =>
  failure.isPermanent ?? IS_PERMANENT[failure.code];

/** `<code>: <detail>` on one line, cut between two characters. */
export const errorText = ({ code, detail }: Failure): string => {
  const line = `${code}: ${detail.replace(/\p{Cc}+/gu, ' ').trim()}`;
  const bytes = Buffer.from(line).subarray(0, MAXIMUM_BYTES);
  // A decoder that expects more bytes keeps back a character that was cut in the middle.
  return new TextDecoder().decode(bytes, { stream: true });
};
