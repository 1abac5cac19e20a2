import { onePer } from '#shared/async/one-per.ts';
import { etagOf } from '#shared/conditional/etag.ts';
import type { Database } from '#shared/database/database.ts';
import type { Context } from '#shared/host/context.ts';
import { type Batcher, createBatcher } from '#shared/queue/batcher.ts';
import { readCatalogue, readCatalogueDigest } from './queries/catalogue.ts';
import type { Character } from './rules/character.ts';

/** An answer as it was first made, with its entity tag. */
export interface KeptResponse<T> {
  readonly body: T;
  readonly etag: string;
}

/** All characters at one moment, and the answers that were made of them. */
export interface Catalogue {
  readonly digest: string;
  /** By ascending id. */
  readonly characters: readonly Character[];
  readonly answers: Map<string, KeptResponse<unknown>>;
}

const MOST_WAITING = 10_000;

/** Reads the catalogue when its digest has changed; requests that come meanwhile share the next look. */
const readerOf = onePer((db: Database): Batcher<void, Catalogue> => {
  let kept: Catalogue | undefined;
  const look = async (): Promise<Catalogue> => {
    if (kept && kept.digest === (await readCatalogueDigest(db))) return kept;
    kept = { ...(await readCatalogue(db)), answers: new Map() };
    return kept;
  };
  const reader = createBatcher<void, Catalogue>({
    size: MOST_WAITING,
    parallel: 1,
    windowMs: 0,
    run: async (waiting) => {
      const catalogue = await look();
      return waiting.map(() => catalogue);
    },
  });
  reader.flush();
  return reader;
});

/**
 * The catalogue as it is now: from the memory of this process, after a look at the database that began when or
 * after this was called. Every change that was committed before is in it, whichever process made it.
 */
export const currentCatalogue = ({ db }: Pick<Context, 'db'>): Promise<Catalogue> => readerOf(db).add();

/** The answer kept under this key, made first when there is none; keys come from closed lists. */
export const keptResponse = <T>({ answers }: Catalogue, key: string, make: () => T): KeptResponse<T> => {
  const known = answers.get(key) as KeptResponse<T> | undefined;
  if (known) return known;
  const body = make();
  const answer = { body, etag: etagOf(JSON.stringify(body)) };
  answers.set(key, answer);
  return answer;
};
