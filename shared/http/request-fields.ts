import { type ZodObject, type ZodRawShape, z } from 'zod';
import { countCodePoints } from '../text/code-points.ts';
import { ownValue } from '../text/names.ts';
import { withRule } from './field-rules.ts';

interface Fault {
  readonly code: string;
  readonly message: string;
}

const refuse = (context: z.core.$RefinementCtx, { code, message }: Fault): void => {
  context.addIssue({ code: 'custom', message, params: { code } });
};

const tooShort = (message: string): Fault => ({ code: 'too_short', message });
const tooLong = (message: string): Fault => ({ code: 'too_long', message });

/** A text whose length counts in code points, as in JSON Schema and in MariaDB. */
export const textField = (minimum: number, maximum: number) =>
  z
    .string()
    .superRefine((text, context) => {
      const length = countCodePoints(text, maximum);
      if (length < minimum) refuse(context, tooShort(`must have at least ${minimum} characters`));
      if (length > maximum) refuse(context, tooLong(`must have at most ${maximum} characters`));
    })
    .meta({ override: { type: 'string', minLength: minimum, maxLength: maximum } });

/** A text whose length counts in bytes of UTF-8, as columns of type TEXT do. */
export const bytesField = (minimum: number, maximum: number) =>
  z
    .string()
    .superRefine((text, context) => {
      const bytes = Buffer.byteLength(text);
      if (bytes < minimum) refuse(context, tooShort(`must have at least ${minimum} bytes of UTF-8`));
      if (bytes > maximum) refuse(context, tooLong(`must have at most ${maximum} bytes of UTF-8`));
    })
    .meta({ override: { type: 'string', minLength: minimum, maxLength: maximum } });

const RFC_3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/;
const DATE_TIME = z.iso.datetime({ offset: true });
/** What a DATETIME column can hold; a request may name an earlier or later time, which no row then has. */
const EARLIEST = Date.UTC(1000, 0, 1);
const LATEST = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** What a JSON Schema can say of a zone's name; the server compares it with the IANA database. */
export const ZONE_PATTERN = '^[A-Za-z][A-Za-z0-9+_/-]*$';

/** A time in a request (RFC 3339 with `T` and `Z` or a numeric offset) as a Date, cut to milliseconds. */
export const requestTime = () =>
  z
    .string()
    .transform((text, context) => {
      const isTime = RFC_3339.test(text) && DATE_TIME.safeParse(text).success;
      if (isTime) return new Date(Math.min(LATEST, Math.max(EARLIEST, Date.parse(text))));
      refuse(context, { code: 'invalid_format', message: 'must be a time such as 2026-01-02T03:04:05Z' });
      return z.NEVER;
    })
    .meta({
      override: { type: 'string', format: 'date-time', maxLength: 64 },
      example: '2026-01-02T03:04:05Z',
    });

/** Documents that a body needs one of these fields. */
const atLeastOne = <S extends ZodObject>(schema: S, names: readonly string[]): S =>
  schema.meta({
    minProperties: 1,
    description: `At least one of ${names.map((name) => `\`${name}\``).join(', ')}.`,
  });

/** The body of a PATCH: every field may be left out, but not all; those of `beside` change nothing themselves. */
export const patchBody = <S extends ZodRawShape, B extends ZodRawShape = Record<never, never>>(
  shape: S,
  beside?: B,
): ZodObject<S & B> =>
  withRule(atLeastOne(z.object({ ...shape, ...beside } as S & B), Object.keys(shape)), (fields, isFaulty) => {
    const given = fields as Readonly<Record<string, unknown>>;
    const names = Object.keys(shape);
    if (names.some((name) => ownValue(given, name) !== undefined || isFaulty(name as never))) return [];
    return [{ field: '', code: 'required', message: `must hold at least one of ${names.join(', ')}` }];
  });
