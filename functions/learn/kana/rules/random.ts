/** A source of numbers from 0 (included) to 1 (excluded), uniform and independent, as `Math.random`. */
export type Random = () => number;

/** The items in an order of which all are equally likely (Fisher-Yates). */
export const shuffled = <T>(items: readonly T[], random: Random): T[] => {
  const result = [...items];
  for (let left = result.length; left > 1; left--) {
    const [drawn] = result.splice(Math.floor(random() * left), 1);
    result.push(drawn as T);
  }
  return result;
};
