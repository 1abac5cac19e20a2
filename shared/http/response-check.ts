import { isDeepStrictEqual } from 'node:util';
import type { AppError } from '../errors/app-error.ts';
import type { AnyResponse, Contract } from './contract.ts';
import { documentedCodes } from './documented-codes.ts';

/** Thrown outside production when an endpoint answers what its contract does not declare. */
export class UndeclaredResponseError extends Error {
  override readonly name = 'UndeclaredResponseError';
}

/** Refuses an answer with an undeclared status, a body that is not of its schema, or keys that are not in it. */
export const checkResponse = (contract: Contract, answer: AnyResponse): void => {
  const declared = contract.responses[answer.status];
  if (!declared) throw new UndeclaredResponseError(`status ${answer.status} is not declared`);
  if (!declared.schema) {
    if (answer.body !== undefined && declared.contentType === undefined) {
      throw new UndeclaredResponseError(`status ${answer.status} is declared without a body`);
    }
    return;
  }
  const sent: unknown = JSON.parse(JSON.stringify(answer.body ?? null));
  const result = declared.schema.safeParse(sent);
  if (!result.success) throw new UndeclaredResponseError(`body of ${answer.status}: ${result.error.message}`);
  if (!isDeepStrictEqual(JSON.parse(JSON.stringify(result.data)), sent)) {
    throw new UndeclaredResponseError(`body of ${answer.status} has keys that its schema does not name`);
  }
};

/** Refuses an error whose code the contract neither declares nor implies. */
export const checkRefusal = (contract: Contract, error: AppError): void => {
  if (!documentedCodes(contract).includes(error.code)) {
    throw new UndeclaredResponseError(`error ${error.code} is not declared`, { cause: error });
  }
};
