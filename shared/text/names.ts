declare const withoutPrototype: unique symbol;

/**
 * Values by names that a caller chose. Only {@link valuesByName} makes one: it has no prototype, so `constructor`
 * or `__proto__` finds what the caller sent and nothing else.
 */
export type ValuesByName<T> = { readonly [name: string]: T } & { readonly [withoutPrototype]: true };

/** Collects values under names from outside; the last of a name wins. */
export const valuesByName = <T>(entries: Iterable<readonly [name: string, value: T]>): ValuesByName<T> => {
  const values: Record<string, T> = Object.create(null);
  for (const [name, value] of entries) values[name] = value;
  return values as ValuesByName<T>;
};

/** The value that a table of ours has under a name from outside; what it inherits is not in it. */
export const ownValue = <T>(
  table: { readonly [name: string]: T } | undefined,
  name: string,
): T | undefined => (table !== undefined && Object.hasOwn(table, name) ? table[name] : undefined);
