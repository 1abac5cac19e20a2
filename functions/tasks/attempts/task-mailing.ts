import type { Context } from '#shared/host/context.ts';
import { domainOf } from '#shared/mail/mail-address.ts';
import { MailError } from '#shared/mail/mail-error.ts';
import type { Composition } from '../templates/rules/task-mail.ts';
import type { Failure } from './rules/failure.ts';

/** What marks a mail as that of one round or run, alike in all its attempts (rule M7). */
export interface MailIdentity {
  /** The part of the Message-ID before the `@`. */
  readonly name: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** What a worker that is told to stop records, so that another one goes on at once. */
const STOPPED: Failure = { code: 'interrupted', detail: 'the worker was told to stop' };

/** What is recorded of an error that no rule foresees. */
export const unexpected = (error: unknown, { log }: Pick<Context, 'log'>): Failure => {
  log.error({ err: error }, 'an attempt failed unexpectedly');
  return { code: 'internal_error', detail: 'see the log of the worker' };
};

const failureOf = (error: unknown, context: Context): Failure => {
  if (!(error instanceof MailError)) return unexpected(error, context);
  return error.code === 'aborted' ? STOPPED : { code: error.code, detail: error.message };
};

/** Composes and sends a mail until the context's signal is aborted; resolves with why that failed, if it did. */
export const sendTaskMail = async (
  compose: () => Composition,
  { name, headers }: MailIdentity,
  context: Context,
): Promise<Failure | undefined> => {
  const { config, mailer, signal } = context;
  try {
    const composed = compose();
    if (composed.kind === 'impossible') return composed.failure;
    const messageId = `<${name}@${domainOf(config.SMTP_FROM)}>`;
    const allHeaders = { ...headers, 'Auto-Submitted': 'auto-generated' };
    await mailer.send({ ...composed.mail, messageId, headers: allHeaders }, signal);
    return undefined;
  } catch (error) {
    return failureOf(error, context);
  }
};
