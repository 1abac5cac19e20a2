import { type ZodObject, z } from 'zod';
import type { Issue } from '../errors/app-error.ts';
import { ownValue } from '../text/names.ts';

type SchemaIssue = z.core.$ZodIssue;

/**
 * A rule between the fields of an object: is given the fields that are present and valid, and which fields have a
 * fault of their own, so that it neither judges them nor calls them missing. An issue of the whole object has the
 * field `''`.
 */
export type FieldRule<T> = (
  fields: Partial<T>,
  isFaulty: (name: keyof T & string) => boolean,
) => readonly Issue[];

type AnyRule = FieldRule<Record<string, unknown>>;

const rules = z.registry<{ readonly rule: AnyRule }>();

const toIssue = ({ field, message, code }: Issue, input: unknown) => {
  const path = field === '' ? [] : [field];
  return { code: 'custom' as const, path, message, input, params: { code, betweenFields: true } };
};

const isOfRule = (issue: SchemaIssue): boolean =>
  issue.code === 'custom' && issue.params?.['betweenFields'] === true;

/** Adds a rule between fields that {@link checkFields} reports beside the issues of single fields. */
export const withRule = <S extends ZodObject>(schema: S, rule: FieldRule<z.output<S>>): S => {
  const ruled = schema.superRefine((fields, context) => {
    if (context.issues.length > 0) return;
    for (const issue of rule(fields as Partial<z.output<S>>, () => false)) {
      context.addIssue(toIssue(issue, fields));
    }
  });
  rules.add(ruled, { rule: rule as AnyRule });
  return ruled;
};

/** Whether the schema's refinement was made by {@link withRule}. */
export const hasRule = (schema: ZodObject): boolean => rules.has(schema);

const rootOf = (issue: SchemaIssue): string => String(issue.path[0] ?? '');

/** What the rule says of an object of which some fields are faulty. */
const ruleIssues = (schema: ZodObject, value: unknown, own: readonly SchemaIssue[]): SchemaIssue[] => {
  const rule = rules.get(schema)?.rule;
  if (!rule || typeof value !== 'object' || value === null) return [];
  const faulty = new Set(own.map(rootOf));
  const valid = Object.entries(schema.shape).flatMap(([name, field]) => {
    if (faulty.has(name)) return [];
    const { data } = z.safeParse(field, ownValue(value as Record<string, unknown>, name));
    return data === undefined ? [] : [[name, data] as const];
  });
  const fields = Object.fromEntries(valid);
  return rule(fields, (name) => faulty.has(name)).map((issue) => toIssue(issue, value));
};

/** Compares names of fields by their place in the schema; what is none of its fields comes last. */
const byPlace = (schema: ZodObject): ((a: string, b: string) => number) => {
  const places = new Map(Object.keys(schema.shape).map((name, place) => [name, place]));
  const placeOf = (name: string): number => places.get(name) ?? places.size;
  return (a, b) => placeOf(a) - placeOf(b);
};

/** Puts issues into the order of the schema's fields; those of one field keep theirs. */
export const inFieldOrder = <T>(
  schema: ZodObject,
  issues: readonly T[],
  fieldOf: (issue: T) => string,
): T[] => {
  const compare = byPlace(schema);
  return issues.toSorted((a, b) => compare(fieldOf(a), fieldOf(b)));
};

/**
 * Parses an object and finds all its issues at once, in field order. Zod leaves the rules of an object out as soon
 * as a field is missing or of the wrong type; here they are asked about the fields that are left.
 */
export const checkFields = <S extends ZodObject>(
  schema: S,
  value: unknown,
): { readonly data: z.output<S> | undefined; readonly issues: readonly SchemaIssue[] } => {
  const result = schema.safeParse(value);
  if (result.success) return { data: result.data, issues: [] };
  const { issues } = result.error;
  const all = issues.every(isOfRule) ? issues : [...issues, ...ruleIssues(schema, value, issues)];
  return { data: undefined, issues: inFieldOrder(schema, all, rootOf) };
};
