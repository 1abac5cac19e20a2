import './tables.ts';

export { lockOwnAccount } from './accounts.ts';
export { type Confirmed, confirmPassword, type GivenPassword } from './current-password.ts';
export { type Account, findAccount, lockAccount } from './queries/accounts.ts';
export type { Settings } from './rules/settings.ts';
export { endSessions, type SessionEnds } from './session-ends.ts';
export { readSettings } from './settings.ts';
export { repeatFlagField } from './settings-fields.ts';
