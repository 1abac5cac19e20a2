import './tables.ts';

export { accountExportFields, exportAccount, recordExport } from './account-export.ts';
export { lockOwnAccount } from './accounts.ts';
export { authModeHeaders, clearedCookies } from './auth-mode.ts';
export { clientOf } from './client.ts';
export { type Confirmed, confirmPassword, type GivenPassword } from './current-password.ts';
export { type Erasure, eraseAccount, lockForErasure } from './erasure.ts';
export { givenPasswordField } from './fields.ts';
export { type Account, findAccount, lockAccount } from './queries/accounts.ts';
export type { Settings } from './rules/settings.ts';
export { endSessions, type SessionEnds } from './session-ends.ts';
export { readSettings } from './settings.ts';
export { repeatFlagField } from './settings-fields.ts';
