import type { Role } from '../auth/access-token.ts';
import type { TestResources } from './test-resources.ts';

/** Somebody with a live session, without the ways by which one gets there. */
export interface SignedInUser {
  readonly userId: number;
  readonly headers: { readonly authorization: string };
}

/** What every domain's tests need of accounts, and the domain of accounts makes. */
export interface AccountFixtures {
  /** Opens a session of an account, by default of a new and active one without stored settings. */
  signIn(
    resources: Pick<TestResources, 'db' | 'config' | 'now'>,
    role: Role,
    existing?: number,
  ): Promise<SignedInUser>;
}

let load: (() => Promise<AccountFixtures>) | undefined;

/** Says where the fixtures of accounts are: shared/ knows no domain, and the domains under it know it as little. */
export const provideAccounts = (loading: () => Promise<AccountFixtures>): void => {
  load = loading;
};

/** Signs somebody in. @throws Error when no fixtures are provided */
export const signInAs: AccountFixtures['signIn'] = async (...given) => {
  if (!load) throw new Error('this project of vitest.config.ts has no setup file that provides accounts');
  return (await load()).signIn(...given);
};
