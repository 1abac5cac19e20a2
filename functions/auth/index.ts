import './tables.ts';

export { roleField } from './account-bodies.ts';
export { type Account, findAccount } from './queries/accounts.ts';
