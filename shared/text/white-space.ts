const WHITE_SPACE = /\p{White_Space}/u;

/** Unicode white space off both ends; by hand, as a regular expression is quadratic on long runs of blanks. */
export const trimWhiteSpace = (text: string): string => {
  let start = 0;
  let end = text.length;
  while (start < end && WHITE_SPACE.test(text.charAt(start))) start++;
  while (end > start && WHITE_SPACE.test(text.charAt(end - 1))) end--;
  return text.slice(start, end);
};
