import type { ZodObject, z } from 'zod';
import { AppError, type Issue } from '../errors/app-error.ts';
import { ownValue, type ValuesByName, valuesByName } from '../text/names.ts';
import { TooLong } from './body/body-shape.ts';
import type { RequestSpec } from './contract.ts';
import { checkFields, inFieldOrder } from './field-rules.ts';
import type { HttpRequest } from './request.ts';

type SchemaIssue = z.core.$ZodIssue;

/** `['results', 0, 'period']` as `results[0].period`. */
export const fieldPath = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (text, key) =>
      typeof key === 'number' ? `${text}[${key}]` : text === '' ? String(key) : `${text}.${String(key)}`,
    '',
  );

const valueAt = (root: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (value, key) => ownValue((value ?? undefined) as Record<string, unknown> | undefined, String(key)),
    root,
  );

/** The machine code of an issue; a schema of ours may name its own in `params.code`. */
const faultCode = (issue: SchemaIssue, root: unknown): string => {
  if (issue.code === 'custom') return String(issue.params?.['code'] ?? 'invalid');
  if (valueAt(root, issue.path) === undefined) return 'required';
  const text = 'origin' in issue && (issue.origin === 'string' || issue.origin === 'array');
  if (issue.code === 'too_small') return text ? 'too_short' : 'too_small';
  if (issue.code === 'too_big') return text ? 'too_long' : 'too_big';
  return issue.code;
};

/** The issues of a value under its schema, in field order; an empty list when there are none. */
export const issuesOf = (issues: readonly SchemaIssue[], root: unknown, headerNames = false): Issue[] =>
  issues.map((issue) => {
    const value = valueAt(root, issue.path);
    if (value instanceof TooLong && issue.code === 'invalid_type') {
      return { field: fieldPath(issue.path), message: value.message, code: 'too_long' };
    }
    const code = faultCode(issue, root);
    const field = fieldPath(issue.path);
    return {
      field: headerNames ? headerName(field) : field,
      message: code === 'required' ? 'is required' : issue.message,
      code,
    };
  });

/** `x-auth-mode` as it is written in documents. */
export const headerName = (name: string): string =>
  name.replace(/(^|-)([a-z])/g, (letters) => letters.toUpperCase());

/** The query by name, as strings; a name given twice is an issue. */
export const readQuery = (rawQuery: string): { values: ValuesByName<string>; issues: Issue[] } => {
  const values = new Map<string, string>();
  const issues = new Map<string, Issue>();
  for (const [name, value] of new URLSearchParams(rawQuery)) {
    if (values.has(name))
      issues.set(name, { field: name, message: 'is given more than once', code: 'repeated' });
    values.set(name, value);
  }
  return { values: valuesByName(values), issues: [...issues.values()] };
};

/** The parsed parts of a request; parts without schema are undefined. */
export interface ValidatedRequest {
  readonly path: unknown;
  readonly query: unknown;
  readonly headers: unknown;
  readonly body: unknown;
}

const checkQuery = (schema: ZodObject, rawQuery: string, issues: Issue[]): unknown => {
  const { values, issues: repeated } = readQuery(rawQuery);
  const { data, issues: found } = checkFields(schema, values);
  // Only declared parameters count: unknown keys are ignored, twice or once.
  const declared = repeated.filter(({ field }) => Object.hasOwn(schema.shape, field));
  const all = [...declared, ...issuesOf(found, values)];
  issues.push(...inFieldOrder(schema, all, ({ field }) => field));
  return data;
};

/**
 * Checks path, query, headers and body against their schemas and reports all issues together, in that order.
 * @throws AppError `validation_failed`
 */
export const validateRequest = (
  request: HttpRequest,
  spec: RequestSpec,
  body: { value: Readonly<Record<string, unknown>>; missingFiles: readonly string[] },
): ValidatedRequest => {
  const issues: Issue[] = [];
  const check = (schema: ZodObject | undefined, value: unknown, headerNames = false): unknown => {
    if (!schema) return undefined;
    const { data, issues: found } = checkFields(schema, value);
    issues.push(...issuesOf(found, value, headerNames));
    return data;
  };
  const path = check(spec.path, request.pathParameters);
  const checkedQuery = spec.query && checkQuery(spec.query, request.rawQuery, issues);
  const headers = check(spec.headers, request.headers, true);
  const checkedBody = check(spec.body?.schema, body.value);
  for (const field of body.missingFiles) issues.push({ field, message: 'is required', code: 'required' });
  if (issues.length > 0) throw new AppError('validation_failed', { details: issues });
  return { path, query: checkedQuery, headers, body: checkedBody };
};
