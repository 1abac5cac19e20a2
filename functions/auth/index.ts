import './tables.ts';

export { type Account, findAccount } from './queries/accounts.ts';
export type { Settings } from './rules/settings.ts';
export { readSettings } from './settings.ts';
