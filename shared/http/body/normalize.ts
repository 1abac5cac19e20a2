import { AppError } from '../../errors/app-error.ts';
import { valuesByName } from '../../text/names.ts';
import { toNfc } from '../../text/nfc.ts';
import { trimWhiteSpace } from '../../text/white-space.ts';
import { type BodyShape, TooLong } from './body-shape.ts';
import type { Turns } from './turns.ts';

/** Trims Unicode white space and brings the text to NFC; lone surrogates are refused, no column can hold them. */
export const normalizeText = (text: string, trim = true): string => {
  if (!text.isWellFormed()) {
    throw new AppError('malformed_request', {
      message: 'The request body holds text that is not valid Unicode.',
    });
  }
  const composed = toNfc(text);
  return trim ? trimWhiteSpace(composed) : composed;
};

/** {@link normalizeText}, unless the text is far beyond its bound. */
export const normalizeBounded = (text: string, maximum: number, trim = true): string | TooLong =>
  text.length > maximum ? new TooLong() : normalizeText(text, trim);

/** Brings every text of a body to its normal form, but for `untrimmed` top-level fields that are not trimmed. */
export const normalizeBody = async (
  value: unknown,
  shape: BodyShape,
  turns: Turns,
  untrimmed: readonly string[] = [],
  trim = true,
): Promise<unknown> => {
  if (turns.isDue()) await turns.give();
  if (typeof value === 'string') {
    return shape.kind === 'text' ? normalizeBounded(value, shape.maximum, trim) : value;
  }
  if (shape.kind === 'array' && Array.isArray(value)) {
    const items: unknown[] = [];
    for (const item of value) items.push(await normalizeBody(item, shape.item, turns));
    return items;
  }
  if (shape.kind === 'object' && typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const members = new Map<string, unknown>();
    for (const [name, member] of Object.entries(value)) {
      const of = shape.members.get(name);
      if (of) members.set(name, await normalizeBody(member, of, turns, [], !untrimmed.includes(name)));
    }
    return valuesByName(members);
  }
  return value;
};
