import type { Issue } from '#shared/errors/app-error.ts';
import { countCodePoints } from '#shared/text/code-points.ts';
import { contentIssue } from '../../content/rules/content.ts';

/** The longest texts of a scheduled task, in characters. */
export const LONGEST_TEXT = { url: 500, cron: 100, timezone: 64 } as const;

/** What a task has that nobody gave another value. */
export const TASK_DEFAULTS = { method: 'GET', timezone: 'UTC', active: true, catchUp: 'last' } as const;

/** The texts of a task as far as they are given. */
export type TaskTexts = { readonly [K in keyof typeof LONGEST_TEXT]?: string | undefined } & {
  /** Empty when there is none. */
  readonly content?: string | undefined;
};

/** What is wrong with the texts on their own; whether they make a schedule and an allowed webhook comes later. */
export const textIssues = (texts: TaskTexts): Issue[] => {
  const names = Object.keys(LONGEST_TEXT) as (keyof typeof LONGEST_TEXT)[];
  const tooLong = names.filter(
    (name) => countCodePoints(texts[name] ?? '', LONGEST_TEXT[name]) > LONGEST_TEXT[name],
  );
  const ofContent = texts.content ? contentIssue(texts.content) : undefined;
  return [
    ...tooLong.map((field) => ({
      field,
      message: `must have at most ${LONGEST_TEXT[field]} characters`,
      code: 'too_long',
    })),
    ...(ofContent ? [{ field: 'content', ...ofContent }] : []),
  ];
};

const required = (field: string): Issue => ({ field, message: 'is required', code: 'required' });

/** A task needs a template or a url, and with a template a content; what is faulty has at least been given. */
export const effectIssues = <F extends 'email_slug' | 'template_id'>(
  templateField: F,
  fields: { readonly url?: unknown; readonly content?: unknown } & { readonly [K in F]?: unknown },
  isFaulty: (name: F | 'url' | 'content') => boolean = () => false,
): Issue[] => {
  const isGiven = (name: F | 'url'): boolean =>
    isFaulty(name) || ![undefined, ''].includes(fields[name] as '');
  const hasTemplate = isGiven(templateField);
  const hasContent = fields.content !== undefined || isFaulty('content');
  return [
    ...(hasTemplate || isGiven('url') ? [] : [required(templateField), required('url')]),
    ...(hasTemplate && !hasContent ? [required('content')] : []),
  ];
};
