/** A source of numbers from 0 (included) to 1 (excluded), uniform and independent, as `Math.random`. */
export type Random = () => number;

/** The items in an order of which all are equally likely (Fisher-Yates). */
export const shuffled = <T>(items: readonly T[], random: Random): T[] => {
  const result = [...items];
  for (let last = result.length - 1; last > 0; last--) {
    const drawn = Math.floor(random() * (last + 1));
    [result[last], result[drawn]] = [result[drawn] as T, result[last] as T];
  }
  return result;
};
