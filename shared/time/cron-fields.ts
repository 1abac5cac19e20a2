/** One of the five fields: which values it may hold, and which names stand for them (rule K1). */
export interface CronField {
  readonly minimum: number;
  readonly maximum: number;
  /** In the order of their values, from the minimum up; lower case. */
  readonly names: readonly string[];
  /** Whether `?` may be written for `*`. */
  readonly takesQuestionMark: boolean;
}

/** The values of a field that match, as bits. */
export interface CronValues {
  /** Bit n of the low word is value n, for n < 32. */
  readonly low: number;
  /** Bit n of the high word is value n + 32. */
  readonly high: number;
  /** Whether an item is `*`, `?` or `*` with step 1, which rule K4 sets apart for the day fields. */
  readonly isOpen: boolean;
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

const field = (minimum: number, maximum: number, names: readonly string[] = []): CronField => ({
  minimum,
  maximum,
  names,
  takesQuestionMark: false,
});

/** The fields in their order. */
export const CRON_FIELDS = {
  minute: field(0, 59),
  hour: field(0, 23),
  dayOfMonth: { ...field(1, 31), takesQuestionMark: true },
  month: field(1, 12, MONTHS),
  dayOfWeek: { ...field(0, 7, DAYS), takesQuestionMark: true },
} as const;

const ITEM = /^(?:([*?])|([0-9]{1,2}|[a-z]{3})(?:-([0-9]{1,2}|[a-z]{3}))?)(?:\/([0-9]{1,2}))?$/;

interface Range {
  readonly from: number;
  readonly to: number;
  readonly step: number;
  readonly isOpen: boolean;
}

const readValue = (text: string, { minimum, maximum, names }: CronField): number | undefined => {
  const isNumber = /^[0-9]/.test(text);
  const value = isNumber ? Number(text) : names.indexOf(text) + minimum;
  return (isNumber || names.includes(text)) && value >= minimum && value <= maximum ? value : undefined;
};

const parseItem = (text: string, field: CronField): Range | undefined => {
  const match = ITEM.exec(text);
  if (!match) return undefined;
  const [, wildcard, first = '', last, stepText] = match;
  const step = stepText === undefined ? 1 : Number(stepText);
  if (step < 1) return undefined;
  if (wildcard) {
    if (wildcard === '?' && !field.takesQuestionMark) return undefined;
    return { from: field.minimum, to: field.maximum, step, isOpen: step === 1 };
  }
  const from = readValue(first, field);
  if (from === undefined) return undefined;
  const single = stepText === undefined ? from : field.maximum;
  const to = last === undefined ? single : readValue(last, field);
  return to === undefined || to < from ? undefined : { from, to, step, isOpen: false };
};

/** Reads one field, or undefined when it breaks rule K2. */
export const parseCronField = (text: string, field: CronField): CronValues | undefined => {
  let low = 0;
  let high = 0;
  let isOpen = false;
  for (const item of text.toLowerCase().split(',')) {
    const range = parseItem(item, field);
    if (!range) return undefined;
    for (let value = range.from; value <= range.to; value += range.step) {
      if (value < 32) low |= 1 << value;
      else high |= 1 << (value - 32);
    }
    isOpen ||= range.isOpen;
  }
  return { low, high, isOpen };
};

/** Whether the field matches a value. */
export const hasValue = ({ low, high }: CronValues, value: number): boolean =>
  ((value < 32 ? low >>> value : high >>> (value - 32)) & 1) === 1;

/** The smallest matching value from the given one up to 63, or undefined. */
export const nextValue = ({ low, high }: CronValues, from: number): number | undefined => {
  // `-x & x` keeps the lowest bit of x, and `31 - clz32` is its number.
  const lowest = (word: number): number => 31 - Math.clz32(-word & word);
  const inLow = from < 32 ? (low >>> from) << from : 0;
  if (inLow !== 0) return lowest(inLow);
  const highFrom = Math.max(0, from - 32);
  const inHigh = highFrom < 32 ? (high >>> highFrom) << highFrom : 0;
  return inHigh === 0 ? undefined : 32 + lowest(inHigh);
};
