import { z } from 'zod';
import { invalid } from '#shared/errors/app-error.ts';
import { withRule } from '#shared/http/field-rules.ts';
import { countCodePoints } from '#shared/text/code-points.ts';
import { EMAIL_LENGTH, isEmail, localPart } from './rules/email.ts';
import {
  containsIdentity,
  GIVEN_PASSWORD_LENGTH,
  isCommon,
  lengthIssue,
  PASSWORD_LENGTH,
} from './rules/password.ts';
import { isUsername, USERNAME_LENGTH } from './rules/username.ts';

interface Fault {
  readonly code: string;
  readonly message: string;
}

const text = (issuesOf: (value: string) => readonly (Fault | undefined)[]) =>
  z.string().superRefine((value, context) => {
    for (const issue of issuesOf(value)) {
      if (issue) {
        context.addIssue({ code: 'custom', message: issue.message, params: { code: issue.code } });
      }
    }
  });

const lengthBetween = (value: string, minimum: number, maximum: number): Fault | undefined => {
  const length = countCodePoints(value, maximum);
  if (length < minimum) return { code: 'too_short', message: `must have at least ${minimum} characters` };
  return length > maximum
    ? { code: 'too_long', message: `must have at most ${maximum} characters` }
    : undefined;
};

/** A username as auth.md describes it, trimmed and in NFC already. */
export const usernameField = () =>
  text((value) => [
    lengthBetween(value, USERNAME_LENGTH.minimum, USERNAME_LENGTH.maximum) ??
      (isUsername(value)
        ? undefined
        : {
            code: 'invalid_format',
            message: 'must start with a letter or digit, followed by letters, digits, . _ or -',
          }),
  ]).meta({
    description:
      'Starts with a letter or a digit, followed by letters, digits, `.`, `_` or `-`. Case is ignored when usernames are compared.',
    example: 'hanako',
    override: {
      type: 'string',
      minLength: USERNAME_LENGTH.minimum,
      maxLength: USERNAME_LENGTH.maximum,
      pattern: '^[\\p{L}\\p{Nd}][\\p{L}\\p{M}\\p{Nd}._-]*$',
    },
  });

/** An e-mail address; gives the spelling that is stored. */
export const emailField = () =>
  z
    .string()
    .toLowerCase()
    .superRefine((value, context) => {
      if (isEmail(value)) return;
      const long = value.length > EMAIL_LENGTH;
      context.addIssue({
        code: 'custom',
        message: long ? `must have at most ${EMAIL_LENGTH} characters` : 'must be an e-mail address',
        params: { code: long ? 'too_long' : 'invalid_format' },
      });
    })
    .meta({
      override: { type: 'string', format: 'email', maxLength: EMAIL_LENGTH },
      example: 'hanako@example.com',
    });

/** A password that is going to be set; whether it names its owner is for {@link withoutIdentity} to say. */
export const newPasswordField = () =>
  text((value) => {
    const length = lengthIssue(value);
    if (length) return [lengthBetween(value, PASSWORD_LENGTH.minimum, PASSWORD_LENGTH.maximum)];
    return [isCommon(value) ? { code: 'too_common', message: 'is too common' } : undefined];
  }).meta({
    description:
      'Must not be a common password, and must not contain the username or the name in the e-mail address.',
    override: {
      type: 'string',
      format: 'password',
      minLength: PASSWORD_LENGTH.minimum,
      maxLength: PASSWORD_LENGTH.maximum,
    },
  });

/** A password that is compared with the stored one. */
export const givenPasswordField = () =>
  text((value) => [lengthBetween(value, 1, GIVEN_PASSWORD_LENGTH)]).meta({
    override: { type: 'string', format: 'password', minLength: 1, maxLength: GIVEN_PASSWORD_LENGTH },
  });

/** Text between the bounds, counted in code points. */
export const boundedText = (minimum: number, maximum: number) =>
  text((value) => [lengthBetween(value, minimum, maximum)]).meta({
    override: { type: 'string', minLength: minimum, maxLength: maximum },
  });

/** Far more than any token of ours. */
const TOKEN_LENGTH = 4_096;

/** A token of a link, of any shape: what is none of ours is unknown, not malformed. */
export const linkTokenField = () => z.string().min(1).max(TOKEN_LENGTH);

const IDENTITY: Fault = {
  code: 'contains_identity',
  message: 'must not contain the username or the name in the e-mail address',
};

/** @throws AppError `validation_failed` for a new password that names its owner (auth.md R3) */
export const refuseIdentity = (
  password: string,
  { username, email }: { readonly username: string; readonly email: string },
): void => {
  if (containsIdentity(password, [username, localPart(email)])) {
    throw invalid({ field: 'password', ...IDENTITY });
  }
};

type IdentifiedShape = Record<'email' | 'username' | 'password', z.ZodString>;

/** Adds the rule that a new password does not name its owner (auth.md R3). */
export const withoutIdentity = <S extends z.ZodObject<IdentifiedShape>>(schema: S): S =>
  withRule(schema, (fields) => {
    const { email, username, password }: Partial<Record<keyof IdentifiedShape, string>> = fields;
    if (password === undefined) return [];
    const names = [username, email && localPart(email)].filter((name) => name !== undefined);
    return containsIdentity(password, names) ? [{ field: 'password', ...IDENTITY }] : [];
  });
