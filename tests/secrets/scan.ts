import type { Place } from './places.ts';

/** A secret in a place where it must not be. */
export interface Finding {
  readonly place: string;
  /** How the secret was named where it was met, never the secret itself. */
  readonly secret: string;
  readonly as: string;
}

const spellings = (secret: string): [string, string][] => {
  const bytes = Buffer.from(secret, 'utf8');
  return [
    ['itself', secret],
    ['JSON', JSON.stringify(secret).slice(1, -1)],
    ['JSON within JSON', JSON.stringify(JSON.stringify(secret)).slice(3, -3)],
    ['URL', encodeURIComponent(secret)],
    ['form', new URLSearchParams({ s: secret }).toString().slice(2)],
    ['base64', bytes.toString('base64').replace(/=+$/, '')],
    ['base64url', bytes.toString('base64url')],
    ['hex', bytes.toString('hex')],
  ];
};

/** Looks for every secret, in every spelling that a program might give it, in every place. */
export const findSecrets = (
  places: readonly Place[],
  secrets: ReadonlyMap<string, string>,
): readonly Finding[] => {
  const wanted = [...secrets].flatMap(([secret, name]) => {
    // Of equal spellings the first gives its name.
    const distinct = new Map(
      spellings(secret)
        .reverse()
        .map(([as, text]) => [text, as]),
    );
    return [...distinct].map(([text, as]) => ({ text, as, secret: name }));
  });
  return places.flatMap(({ name: place, text }) =>
    wanted.filter((each) => text.includes(each.text)).map(({ secret, as }) => ({ place, secret, as })),
  );
};
