import { z } from 'zod';
import { errorCodes } from '../errors/error-codes.ts';

/** One failing field of a request. */
const issueSchema = z
  .object({
    field: z.string().meta({
      description: 'Where the value stands, such as `results[0].testedAt`; empty for the whole body.',
      example: 'email',
    }),
    message: z.string().meta({ description: 'What is wrong, for a person.', example: 'is required' }),
    code: z.string().meta({ description: 'What is wrong, for a program.', example: 'required' }),
  })
  .meta({ id: 'Issue' });

/** The closed list of error codes; each operation says which of them it answers. */
const errorCodeSchema = () =>
  z
    .enum(errorCodes())
    .meta({ id: 'ErrorCode', description: 'What went wrong, for a program. Each code has one HTTP status.' });

const makeErrorSchema = () =>
  z
    .object({
      error: z.string().meta({ description: 'What went wrong, for a person.' }),
      code: errorCodeSchema(),
      requestId: z.string().meta({ description: 'The `X-Request-ID` of the response.' }),
      details: z.array(issueSchema).optional().meta({
        description: 'All failing fields, in field order. Always present with `validation_failed`.',
      }),
    })
    .meta({ id: 'Error' });

let made: ReturnType<typeof makeErrorSchema> | undefined;

/** The one shape of every error, made at first use: by then every domain has declared its codes. */
export const errorSchema = (): ReturnType<typeof makeErrorSchema> => {
  made ??= makeErrorSchema();
  return made;
};
