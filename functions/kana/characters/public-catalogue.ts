import { AppError, invalid } from '#shared/errors/app-error.ts';
import type { Context } from '#shared/host/context.ts';
import { currentCatalogue, type KeptResponse, keptResponse } from './catalogue.ts';
import { toBody, toItem } from './character.schema.ts';
import type { SetFilter } from './rules/catalogue-order.ts';
import type { Alphabet, Character, ReadingLocale } from './rules/character.ts';
import { rowOrColumn } from './rules/row-column.ts';

/** How a list of characters is shown. */
export interface CharacterListing {
  readonly alphabet: Alphabet;
  readonly locale: ReadingLocale;
  readonly set: SetFilter;
}

/** A list as it is answered. */
export type ListedCharacters = KeptResponse<ReturnType<typeof toItem>[]>;

const keyOf = ({ alphabet, locale, set }: CharacterListing): string => `${alphabet} ${locale} ${set}`;

const itemsOf = (context: Context, characters: readonly Character[], listing: CharacterListing) =>
  characters
    .filter((character) => listing.set === 'all' || character.set === listing.set)
    .map((character) => toItem(context, character, listing));

/** All characters of the set, by ascending id. */
export const listPublicCharacters = async (
  context: Context,
  listing: CharacterListing,
): Promise<ListedCharacters> => {
  const catalogue = await currentCatalogue(context);
  return keptResponse(catalogue, `list ${keyOf(listing)}`, () =>
    itemsOf(context, catalogue.characters, listing),
  );
};

/** Of these those with the consonant or vowel, by ascending id. @throws AppError `validation_failed` (R1) */
export const listRowOrColumn = async (
  context: Context,
  name: string,
  listing: CharacterListing,
): Promise<ListedCharacters> => {
  const catalogue = await currentCatalogue(context);
  const characters = rowOrColumn(catalogue.characters, name);
  if (!characters) {
    const message = 'must be a, i, u, e, o, n or a consonant of the catalogue';
    throw invalid({ field: 'character', message, code: 'invalid_value' });
  }
  return keptResponse(catalogue, `row ${name} ${keyOf(listing)}`, () =>
    itemsOf(context, characters, listing),
  );
};

/** One character. @throws AppError `not_found` */
export const getPublicCharacter = async (
  context: Context,
  id: number,
): Promise<KeptResponse<ReturnType<typeof toBody>>> => {
  const catalogue = await currentCatalogue(context);
  const character = catalogue.characters.find((each) => each.id === id);
  if (!character) throw new AppError('not_found');
  return keptResponse(catalogue, `one ${id}`, () => toBody(context, character));
};
