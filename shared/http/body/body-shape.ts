import type { ZodObject, ZodType } from 'zod';
import { onePer } from '../../async/one-per.ts';

/** What of a body a schema looks at, for reading it: everything else is dropped unread. */
export type BodyShape =
  | { readonly kind: 'object'; readonly members: ReadonlyMap<string, BodyShape> }
  | { readonly kind: 'array'; readonly item: BodyShape; readonly maximum: number }
  | { readonly kind: 'text'; readonly maximum: number }
  /** Numbers, booleans and the like: texts and structures in their place are issues, whatever they hold. */
  | { readonly kind: 'plain' };

/** The parts of a schema's definition that tell its shape. */
interface Definition {
  readonly type: string;
  readonly innerType?: ZodType;
  readonly in?: ZodType;
  readonly element?: ZodType;
  readonly shape?: Readonly<Record<string, ZodType>>;
  readonly entries?: Readonly<Record<string, unknown>>;
  readonly values?: readonly unknown[];
  readonly checks?: readonly { readonly _zod: { readonly def: Check } }[];
}

interface Check {
  readonly check: string;
  readonly maximum?: number;
}

interface Bounds {
  readonly maxLength?: number;
  readonly override?: { readonly maxLength?: number };
}

const PLAIN = new Set(['number', 'int', 'boolean', 'null']);
const WRAPPERS = new Set(['optional', 'default', 'prefault', 'nullable', 'readonly', 'nonoptional', 'catch']);

/** What NFC may take away: three marks for each letter, and no more than that of the longest texts. */
const MARKS = 3;
const MOST_MARKS = 30_000;
/** Blanks around a text that are no reason to refuse it. */
const BLANKS = 256;

const definitionOf = (schema: ZodType): Definition => schema._zod.def as unknown as Definition;

/** The longest text that the schema takes, by its checks or its documentation. */
const maximumOf = (schema: ZodType): number | undefined => {
  const meta = schema.meta() as Bounds | undefined;
  const check = definitionOf(schema).checks?.find(({ _zod }) => _zod.def.check === 'max_length');
  return meta?.override?.maxLength ?? meta?.maxLength ?? check?._zod.def.maximum;
};

const text = (maximum: number | undefined): BodyShape => {
  if (maximum === undefined) throw new TypeError('a text in a body has no greatest length');
  return { kind: 'text', maximum: maximum + Math.min(MARKS * maximum, MOST_MARKS) + BLANKS };
};

const longest = (options: readonly unknown[]): number =>
  Math.max(...options.map((option) => String(option).length));

/** Reads the shape off a schema; `outer` is the bound that a schema around this one gives. */
const shapeOf = (schema: ZodType, outer?: number): BodyShape => {
  const { type, innerType, in: input, element, shape, entries, values } = definitionOf(schema);
  const maximum = outer ?? maximumOf(schema);
  if (type === 'string') return text(maximum);
  if (type === 'enum' && entries) return text(longest(Object.values(entries)));
  if (type === 'literal' && values) {
    return values.some((value) => typeof value === 'string') ? text(longest(values)) : { kind: 'plain' };
  }
  if (PLAIN.has(type)) return { kind: 'plain' };
  if (WRAPPERS.has(type) && innerType) return shapeOf(innerType, maximum);
  if (type === 'pipe' && input) return shapeOf(input, maximum);
  if (type === 'array' && element) {
    if (maximum === undefined) throw new TypeError('a list in a body has no greatest length');
    return { kind: 'array', item: shapeOf(element), maximum };
  }
  if (type === 'object' && shape) {
    const members = Object.entries(shape).map(([name, member]) => [name, shapeOf(member)] as const);
    return { kind: 'object', members: new Map(members) };
  }
  throw new TypeError(`bodies are not read by schemas of type ${type}`);
};

/**
 * The shape of a contract's body.
 * @throws TypeError for a schema with a text or a list that is unbounded
 */
export const bodyShapeOf = onePer(
  (schema: ZodObject) => shapeOf(schema) as BodyShape & { readonly kind: 'object' },
);

/** Stands for a text that is far beyond its bound, so that nothing is done to the text itself. */
export class TooLong {
  readonly message = 'is far too long';
}
