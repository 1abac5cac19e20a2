/**
 * All tables that Kysely knows, by name. Each domain adds its own in its `tables.ts` by declaration merging,
 * so that this infrastructure folder names none of them.
 */
// biome-ignore lint/suspicious/noEmptyInterface: it is filled by declaration merging
export interface Tables {}
