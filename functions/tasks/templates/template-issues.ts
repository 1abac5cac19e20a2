import type { Issue } from '#shared/errors/app-error.ts';

/** The issue of a body whose field names a template that does not exist. */
export const unknownTemplate = (field: string): Issue => ({
  field,
  message: 'does not name an e-mail template',
  code: 'unknown_reference',
});

/** The issue of a content that its template needs more of. */
export const TOO_FEW_VARIABLES: Issue = {
  field: 'content',
  message: 'has fewer variables than the template uses',
  code: 'too_few_variables',
};
