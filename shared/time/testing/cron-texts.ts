import fc from 'fast-check';

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'Mon', 'TUE', 'wed', 'thu', 'fri', 'sat'];

interface FieldShape {
  readonly minimum: number;
  readonly maximum: number;
  readonly names?: readonly string[];
  readonly isDay?: boolean;
}

/** A value as it may be written: a number of one or two digits, or a name. */
const written = (value: number, { minimum, names = [] }: FieldShape): fc.Arbitrary<string> => {
  const texts = [String(value), String(value).padStart(2, '0'), names[value - minimum]];
  return fc.constantFrom(...texts.filter((text) => text !== undefined));
};

const range = (shape: FieldShape): fc.Arbitrary<string> => {
  const value = fc.integer({ min: shape.minimum, max: shape.maximum });
  return (
    fc
      .tuple(value, value)
      .chain(([one, other]) =>
        fc.tuple(written(Math.min(one, other), shape), written(Math.max(one, other), shape)),
      )
      .map((ends) => ends.join('-'))
      // As an end of a range `sun` counts as 0, which a greater first value would exceed.
      .filter((text) => !text.endsWith('-sun'))
  );
};

const field = (shape: FieldShape): fc.Arbitrary<string> => {
  const single = fc
    .integer({ min: shape.minimum, max: shape.maximum })
    .chain((value) => written(value, shape));
  const wildcard = shape.isDay ? fc.constantFrom('*', '?') : fc.constant('*');
  const step = fc.oneof(
    fc.constant(''),
    fc.integer({ min: 1, max: 70 }).map((value) => `/${value}`),
  );
  const item = fc.tuple(fc.oneof(wildcard, single, range(shape)), step).map((parts) => parts.join(''));
  return fc.array(item, { minLength: 1, maxLength: 4 }).map((items) => items.join(','));
};

/** Valid cron expressions of any shape. */
export const cronText = (): fc.Arbitrary<string> =>
  fc
    .tuple(
      field({ minimum: 0, maximum: 59 }),
      field({ minimum: 0, maximum: 23 }),
      field({ minimum: 1, maximum: 31, isDay: true }),
      field({ minimum: 1, maximum: 12, names: MONTHS }),
      field({ minimum: 0, maximum: 7, names: DAYS, isDay: true }),
    )
    .map((fields) => fields.join(' '));
