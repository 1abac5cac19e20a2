import { declareErrors } from '#shared/errors/error-codes.ts';

const errors = declareErrors({
  template_built_in: [409, 'This template belongs to the product.'],
  template_in_use: [409, 'Pending tasks use this template.'],
  already_enqueued: [409, 'The task is already waiting or running.'],
  not_renderable: [409, 'The task has no template, or fewer variables than its template uses.'],
  task_exists: [409, 'The user already has a scheduled task with this url.'],
  task_inactive: [409, 'The scheduled task is not active.'],
});

type Errors = typeof errors;

declare module '#shared/errors/error-codes.ts' {
  interface DomainErrors extends Errors {}
}
