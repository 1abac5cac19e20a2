/** A code's one HTTP status, everywhere, and the sentence a person reads when the place that refuses gives no better one. */
export type ErrorDeclaration = readonly [status: number, sentence: string];

type Declarations = Readonly<Record<string, ErrorDeclaration>>;

/**
 * The codes of domains. Each domain adds its own in its `errors.ts` by declaration merging, so that this
 * infrastructure folder names none of them.
 */
// biome-ignore lint/suspicious/noEmptyInterface: it is filled by declaration merging
export interface DomainErrors {}

/** The status of every code; a code that nobody has declared has none. */
export const ERROR_STATUS = {} as Readonly<Record<ErrorCode, number>>;

/** The sentence of every code. */
export const ERROR_SENTENCE = {} as Readonly<Record<ErrorCode, string>>;

/** Adds codes to the closed list. @throws TypeError when a code is declared already */
export const declareErrors = <const D extends Declarations>(errors: D): D => {
  const twice = Object.keys(errors).filter((code) => Object.hasOwn(ERROR_STATUS, code));
  if (twice.length > 0) throw new TypeError(`${twice.join(', ')}: is declared twice`);
  const declared = Object.entries<ErrorDeclaration>(errors);
  Object.assign(ERROR_STATUS, Object.fromEntries(declared.map(([code, [status]]) => [code, status])));
  Object.assign(ERROR_SENTENCE, Object.fromEntries(declared.map(([code, [, sentence]]) => [code, sentence])));
  return errors;
};

/** The codes of conventions.md, which any endpoint may answer; those of a domain stand in its `errors.ts`. */
const sharedErrors = declareErrors({
  validation_failed: [400, 'Some fields of the request are missing or invalid.'],
  malformed_request: [400, 'The request body could not be read.'],
  unauthenticated: [401, 'Sign in to do this.'],
  invalid_token: [401, 'The token is invalid or has expired.'],
  invalid_credentials: [401, 'The login or the password is wrong.'],
  invalid_api_key: [401, 'The API key is invalid.'],
  forbidden: [403, 'Your role does not allow this.'],
  email_not_verified: [403, 'Confirm your e-mail address first.'],
  csrf_rejected: [403, 'The request does not come from an allowed origin.'],
  not_found: [404, 'There is nothing at this address.'],
  method_not_allowed: [405, 'This address does not support that method.'],
  conflict: [409, 'Your request conflicts with the current state.'],
  slug_taken: [409, 'This slug is already in use.'],
  gone: [410, 'This link has been used or has expired.'],
  precondition_failed: [412, 'A precondition of the request does not hold.'],
  payload_too_large: [413, 'The request body is too large.'],
  unsupported_media_type: [415, 'The content type of the request is not supported.'],
  range_not_satisfiable: [416, 'The requested range lies outside the file.'],
  idempotency_key_reused: [422, 'This Idempotency-Key was used for a different request.'],
  precondition_required: [428, 'This request must state a precondition.'],
  rate_limited: [429, 'Too many requests. Try again later.'],
  internal_error: [500, 'Something went wrong on our side.'],
  unavailable: [503, 'The service is unavailable at the moment. Try again later.'],
});

/** A code that conventions.md or a domain declares. */
export type ErrorCode = keyof typeof sharedErrors | keyof DomainErrors;

/** All declared codes, by status; within one in the order of their declaration. */
export const errorCodes = (): ErrorCode[] => {
  const codes = Object.keys(ERROR_STATUS) as ErrorCode[];
  return codes.sort((a, b) => ERROR_STATUS[a] - ERROR_STATUS[b]);
};

/** @throws TypeError naming the codes that nobody has declared */
export const assertDeclared = (codes: readonly string[]): void => {
  const unknown = codes.filter((code) => !Object.hasOwn(ERROR_STATUS, code));
  if (unknown.length > 0) throw new TypeError(`${unknown.join(', ')}: no errors.ts declares this error code`);
};
