/** Code points of a text, counted no further than the first one beyond `maximum`. */
export const countCodePoints = (text: string, maximum: number): number => {
  // No code point takes more than two units, so a huge text need not be walked.
  if (text.length > 2 * maximum) return maximum + 1;
  let count = 0;
  for (const _point of text) count += 1;
  return Math.min(count, maximum + 1);
};
