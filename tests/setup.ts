import { provideAccounts } from '#shared/testing/accounts.ts';

// Loaded by those tests alone that sign somebody in.
provideAccounts(() => import('#functions/auth/testing/fixtures.ts'));
