import './tables.ts';

export { type Account, findAccount } from './queries/accounts.ts';
