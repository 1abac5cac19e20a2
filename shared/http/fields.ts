import { z } from 'zod';

const INTEGER = /^(0|[1-9][0-9]*)$/;
const MAXIMUM_ID = 4_294_967_295;

interface JsonSchema {
  pattern?: string | undefined;
}

/** What the document says of a value that travels as digits but is an integer to the client. */
const documentedInteger =
  (keywords: Readonly<Record<string, number | string>>) =>
  ({ jsonSchema }: { readonly jsonSchema: JsonSchema }): void => {
    delete jsonSchema.pattern;
    Object.assign(jsonSchema, { type: 'integer', ...keywords });
  };

/** An integer in a path or query: digits without sign or leading zero, within the bounds. */
export const queryInteger = (minimum: number, maximum: number) =>
  z
    .string()
    .regex(INTEGER, 'must be an integer without sign or leading zero')
    .transform(Number)
    .pipe(z.number().min(minimum).max(maximum))
    .meta({ override: documentedInteger({ minimum, maximum }) });

/** {@link queryInteger} with the value that stands in for an absent parameter. */
export const queryIntegerOr = (value: number, minimum: number, maximum: number) =>
  queryInteger(minimum, maximum)
    .prefault(String(value))
    .meta({ override: documentedInteger({ minimum, maximum, default: value }) });

/** An `{id}` of a path: a positive integer that an `INT UNSIGNED` column can hold. */
export const pathId = () => queryInteger(1, MAXIMUM_ID);

/** An `{id}` of a path that names a row with a `BIGINT` key: any positive integer that a number can hold. */
export const longPathId = () => queryInteger(1, Number.MAX_SAFE_INTEGER);

/** An `{id}` of a path where one too large for any column names nothing, instead of being an issue. */
export const openPathId = () =>
  z
    .string()
    .regex(/^[1-9][0-9]*$/, 'must be a positive integer without leading zero')
    .transform((digits) => Math.min(Number(digits), Number.MAX_SAFE_INTEGER))
    .meta({ override: documentedInteger({ minimum: 1 }) });

/** A time in an answer: RFC 3339 in UTC with milliseconds and `Z`. */
export const timestamp = () =>
  z.iso.datetime({ precision: 3 }).meta({
    example: '2026-01-02T03:04:05.000Z',
    // The pattern of zod is 250 characters long and says what the format says.
    override: ({ jsonSchema }: { readonly jsonSchema: JsonSchema }): void => {
      delete jsonSchema.pattern;
    },
  });

/** A positive integer id in an answer. */
export const idField = () => z.int().min(1).meta({ example: 42 });

/** The id and the sentence that answer a POST that creates. */
export const createdSchema = z
  .object({ id: idField(), message: z.string().meta({ description: 'What happened, for a person.' }) })
  .meta({ id: 'Created' });

/** The sentence that answers a request that gives nothing else back. */
export const messageSchema = z
  .object({ message: z.string().meta({ description: 'What happened, for a person.' }) })
  .meta({ id: 'Message' });
