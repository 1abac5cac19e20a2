import { declareErrors } from '#shared/errors/error-codes.ts';

const errors = declareErrors({
  invalid_verification_token: [400, 'The verification link is invalid.'],
  email_taken: [409, 'This e-mail address is already in use.'],
  username_taken: [409, 'This username is already in use.'],
  already_verified: [409, 'This e-mail address is already confirmed.'],
  last_admin: [409, 'There must be at least one active admin.'],
});

type Errors = typeof errors;

declare module '#shared/errors/error-codes.ts' {
  interface DomainErrors extends Errors {}
}
