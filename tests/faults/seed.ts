/** Repeatable chance for fault tests. */
export interface Chance {
  readonly seed: number;
  /** Uniform in [0, 1). */
  readonly next: () => number;
  /** An integer in [minimum, maximum]. */
  readonly between: (minimum: number, maximum: number) => number;
}

/** The generator mulberry32; `FAULT_SEED` replays a run, whose seed is printed. */
export const openChance = (name: string): Chance => {
  const given = Number(process.env['FAULT_SEED']);
  const seed = Number.isInteger(given) && given > 0 ? given : 1 + Math.floor(Math.random() * 2 ** 31);
  console.log(`${name}: replay with FAULT_SEED=${seed}`);
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (minimum: number, maximum: number): number =>
    minimum + Math.floor(next() * (maximum - minimum + 1));
  return { seed, next, between };
};
