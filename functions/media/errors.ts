import { declareErrors } from '#shared/errors/error-codes.ts';

const errors = declareErrors({
  upload_incomplete: [409, 'The bytes of the upload have not been sent yet.'],
  size_mismatch: [409, 'The file does not have the announced size.'],
  digest_mismatch: [409, 'The file does not have the announced digest.'],
  media_in_use: [409, 'The file is still in use.'],
});

type Errors = typeof errors;

declare module '#shared/errors/error-codes.ts' {
  interface DomainErrors extends Errors {}
}
