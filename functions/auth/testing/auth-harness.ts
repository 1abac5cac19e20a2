import { type Harness, openHarness } from '#shared/testing/harness.ts';
import { createOpaqueToken } from '../links/opaque-token.ts';
import { insertLink, type NewLink } from '../links/queries/one-time-tokens.ts';
import { type AccountOptions, createAccount, logIn, type SignedIn, type TestAccount } from './fixtures.ts';

/** The one harness with what tests of accounts prepare and look at. */
export interface AuthHarness extends Harness {
  createAccount(options?: AccountOptions): Promise<TestAccount>;
  logIn(account: Pick<TestAccount, 'email'>, address?: string): Promise<SignedIn>;
  createLink(link: Pick<NewLink, 'userId' | 'purpose' | 'email'> & { expiresAt?: Date }): Promise<string>;
  /** Kinds of all events of a user, oldest first; of no user for null. */
  eventKinds(userId: number | null): Promise<string[]>;
}

/** Opens the harness of a test file. */
export const openAuthHarness = async (environment: NodeJS.ProcessEnv = {}): Promise<AuthHarness> => {
  const harness = await openHarness(environment);
  const { db, now } = harness;
  return {
    ...harness,
    createAccount: (options) => createAccount(harness, options),
    logIn: (account, address) => logIn(harness, account, address),
    createLink: async ({ expiresAt = new Date(now().getTime() + 60_000), ...link }) => {
      const { token, hash } = createOpaqueToken();
      await insertLink(db, { ...link, hash, expiresAt }, now());
      return token;
    },
    eventKinds: async (userId) => {
      const rows = await db
        .selectFrom('auth_events')
        .select('kind')
        .where('user_id', userId === null ? 'is' : '=', userId)
        .orderBy('id')
        .execute();
      return rows.map(({ kind }) => kind);
    },
  };
};
