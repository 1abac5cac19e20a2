/** Runs ahead of every test file, as the composition root does in a process of the product. */
import { declareDomains } from '#shared/declare-domains.ts';
import { provideAccounts } from '#shared/testing/accounts.ts';

await declareDomains();
// Loaded only by tests that sign somebody in.
provideAccounts(() => import('#functions/auth/testing/fixtures.ts'));
