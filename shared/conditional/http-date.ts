const DATE =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** A time as an IMF-fixdate (RFC 9110, 5.6.7). */
export const httpDate = (time: Date): string => time.toUTCString();

/** Milliseconds of an IMF-fixdate, which is what we send; undefined for anything else. */
export const parseHttpDate = (text: string | undefined): number | undefined => {
  if (text === undefined || !DATE.test(text.trim())) return undefined;
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
};
