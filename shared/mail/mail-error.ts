import { ownValue } from '../text/names.ts';

/** How a delivery failed; `aborted` is the caller's own wish. */
export type MailErrorCode = 'recipient_refused' | 'smtp_error' | 'smtp_timeout' | 'aborted';

/** A mail that was not accepted. Its message may be shown to administrators: it holds nothing of the mail itself. */
export class MailError extends Error {
  override readonly name = 'MailError';
  readonly code: MailErrorCode;

  constructor(code: MailErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** What nodemailer's errors carry; `command` is the step of the conversation that failed. */
export interface SmtpError extends Error {
  readonly code?: string;
  readonly originalCode?: string;
  readonly command?: string;
  readonly response?: string;
  readonly responseCode?: number;
}

/** What is said of a connection that ended without a word. */
export const CLOSED = 'connection closed';
/** What is said of every time limit. */
export const TOO_LATE = 'the mail server did not answer in time';

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EPIPE: 'connection reset',
  ENOTFOUND: 'mail server not found',
  EAI_AGAIN: 'mail server not found',
  EHOSTUNREACH: 'mail server unreachable',
  ENETUNREACH: 'mail server unreachable',
  ECONNECTION: CLOSED,
  EDNS: 'mail server not found',
  ETLS: 'no TLS',
  EAUTH: 'login failed',
};

/** Answers to these steps come before the server has seen a byte of the mail, so they can't quote it. */
const BEFORE_THE_MESSAGE = /^(?:EHLO|HELO|STARTTLS|AUTH|MAIL FROM|RCPT TO)/;
const REPLY_CODES = /^\d{3}(?:[ -]\d\.\d{1,3}\.\d{1,3})?/;

/** The server's answer in words where it can't quote the mail, else its codes alone. */
const answerOf = ({ command = '', response = '' }: SmtpError): string =>
  BEFORE_THE_MESSAGE.test(command) ? response : (REPLY_CODES.exec(response)?.[0] ?? '');

const reasonOf = (issue: SmtpError): string => {
  const known = ownValue(REASONS, issue.originalCode ?? '') ?? ownValue(REASONS, issue.code ?? '');
  const answer = answerOf(issue);
  if (answer === '') return known ?? 'the conversation with the mail server failed';
  return issue.code === 'EAUTH' || issue.code === 'ETLS' ? `${known}: ${answer}` : answer;
};

const isRefusalOfRecipient = ({ command, responseCode = 0 }: SmtpError): boolean =>
  (command === 'RCPT TO' || command === 'DATA') && responseCode >= 500 && responseCode < 600;

/** Sorts a failure of nodemailer into the codes of rule M8. */
export const classifyMailError = (error: unknown): MailError => {
  const issue: SmtpError = error instanceof Error ? error : new Error('not an Error');
  if (isRefusalOfRecipient(issue)) return new MailError('recipient_refused', reasonOf(issue));
  if (issue.code === 'ETIMEDOUT' || issue.originalCode === 'ETIMEDOUT') {
    return new MailError('smtp_timeout', TOO_LATE);
  }
  return new MailError('smtp_error', reasonOf(issue));
};
