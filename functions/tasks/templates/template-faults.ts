import type { FieldFault } from '#shared/errors/app-error.ts';

/** The fault of a body whose field names a template that does not exist. */
export const unknownTemplate = (field: string): FieldFault => ({
  field,
  message: 'names no e-mail template',
  code: 'unknown_reference',
});

/** The fault of a content that its template needs more of. */
export const TOO_FEW_VARIABLES: FieldFault = {
  field: 'content',
  message: 'has fewer variables than the template uses',
  code: 'too_few_variables',
};
