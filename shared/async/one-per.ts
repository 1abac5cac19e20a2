/**
 * Gives each resource the one thing that is made for it, at first use and from the arguments of that use: a batcher
 * per pool, a limiter per connection. It goes with its resource, so tests that open their own share nothing.
 */
export const onePer = <Resource extends WeakKey, Rest extends readonly unknown[], Thing>(
  make: (resource: Resource, ...rest: Rest) => Thing,
): ((resource: Resource, ...rest: Rest) => Thing) => {
  const known = new WeakMap<Resource, { readonly thing: Thing }>();
  return (resource, ...rest) => {
    const made = known.get(resource);
    if (made) return made.thing;
    const thing = make(resource, ...rest);
    known.set(resource, { thing });
    return thing;
  };
};
