/** Runs ahead of every test file, as the composition root does in a process of the product. */
import { declareDomains } from '#shared/declare-domains.ts';

await declareDomains();
