import type { ZodObject, z } from 'zod';
import { AppError, type FieldFault } from '../errors/app-error.ts';
import { TooLong } from './body-shape.ts';
import type { RequestSpec } from './contract.ts';
import type { HttpRequest } from './request.ts';

type Issue = z.core.$ZodIssue;

/** `['results', 0, 'period']` as `results[0].period`. */
export const fieldPath = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (text, key) =>
      typeof key === 'number' ? `${text}[${key}]` : text === '' ? String(key) : `${text}.${String(key)}`,
    '',
  );

const valueAt = (root: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], root);

/** The machine code of a fault; a schema of ours may name its own in `params.code`. */
const faultCode = (issue: Issue, root: unknown): string => {
  if (issue.code === 'custom') return String(issue.params?.['code'] ?? 'invalid');
  if (valueAt(root, issue.path) === undefined) return 'required';
  const text = 'origin' in issue && (issue.origin === 'string' || issue.origin === 'array');
  if (issue.code === 'too_small') return text ? 'too_short' : 'too_small';
  if (issue.code === 'too_big') return text ? 'too_long' : 'too_big';
  return issue.code;
};

/** The faults of a value under its schema, in field order; an empty list when there are none. */
export const faultsOf = (issues: readonly Issue[], root: unknown, headerNames = false): FieldFault[] =>
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
const headerName = (name: string): string =>
  name.replace(/(^|-)([a-z])/g, (letters) => letters.toUpperCase());

/** The query by name, as strings; a name given twice is a fault. */
export const readQuery = (rawQuery: string): { values: Record<string, string>; faults: FieldFault[] } => {
  const values: Record<string, string> = Object.create(null);
  const faults = new Map<string, FieldFault>();
  for (const [name, value] of new URLSearchParams(rawQuery)) {
    if (name in values)
      faults.set(name, { field: name, message: 'is given more than once', code: 'repeated' });
    values[name] = value;
  }
  return { values: { ...values }, faults: [...faults.values()] };
};

/** The parsed parts of a request; parts without schema are undefined. */
export interface ValidatedRequest {
  readonly path: unknown;
  readonly query: unknown;
  readonly headers: unknown;
  readonly body: unknown;
}

/**
 * Checks path, query, headers and body against their schemas and reports all faults together, in that order.
 * @throws AppError `validation_failed`
 */
export const validateRequest = (
  request: HttpRequest,
  spec: RequestSpec,
  body: { value: Readonly<Record<string, unknown>>; missingFiles: readonly string[] },
): ValidatedRequest => {
  const faults: FieldFault[] = [];
  const check = (schema: ZodObject | undefined, value: unknown, headerNames = false): unknown => {
    if (!schema) return undefined;
    const result = schema.safeParse(value);
    if (!result.success) faults.push(...faultsOf(result.error.issues, value, headerNames));
    return result.data;
  };
  const path = check(spec.path, request.pathParameters);
  const query = spec.query ? readQuery(request.rawQuery) : undefined;
  // Only declared parameters count: unknown keys are ignored, twice or once.
  faults.push(...(query?.faults.filter(({ field }) => field in (spec.query?.shape ?? {})) ?? []));
  const checkedQuery = check(spec.query, query?.values);
  const headers = check(spec.headers, request.headers, true);
  const checkedBody = check(spec.body?.schema, body.value);
  for (const field of body.missingFiles) faults.push({ field, message: 'is required', code: 'required' });
  if (faults.length > 0) throw new AppError('validation_failed', { details: faults });
  return { path, query: checkedQuery, headers, body: checkedBody };
};
