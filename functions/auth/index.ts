import './tables.ts';

export { accountExportFields, exportAccount, recordExport } from './accounts/account-export.ts';
export { lockOwnAccount } from './accounts/accounts.ts';
export { givenPasswordField } from './accounts/credentials.schema.ts';
export { type Confirmed, confirmPassword, type GivenPassword } from './accounts/current-password.ts';
export { type Erasure, eraseAccount, lockForErasure } from './accounts/erasure.ts';
export { type Account, findAccount, lockAccount } from './accounts/queries/accounts.ts';
export { clientOf } from './events/client.ts';
export { authModeHeaders, CLEARED_COOKIES, clearedCookies } from './sessions/auth-mode.ts';
export { endSessions, type SessionEnds } from './sessions/session-ends.ts';
export type { Settings } from './settings/rules/settings.ts';
export { repeatFlagSchema } from './settings/settings.schema.ts';
export { readSettings } from './settings/settings.ts';
