/** Weight that an `Accept` header gives to a type: the most specific range that matches decides. */
const quality = (accept: string, type: string): number => {
  const [main] = type.split('/');
  let best = { specificity: -1, weight: 0 };
  for (const range of accept.split(',')) {
    const [name = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const specificity = [`*/*`, `${main}/*`, type].indexOf(name);
    if (specificity < 0 || specificity < best.specificity) continue;
    const q = parameters.find((parameter) => parameter.startsWith('q='));
    const weight = q === undefined ? 1 : Number(q.slice(2));
    best = { specificity, weight: Number.isFinite(weight) ? Math.min(Math.max(weight, 0), 1) : 0 };
  }
  return best.weight;
};

/** Whether HTML has a higher weight than JSON; without a header, or with a wildcard alone, it has not. */
export const prefersHtml = (accept: string | undefined): boolean =>
  accept !== undefined && quality(accept, 'text/html') > quality(accept, 'application/json');
