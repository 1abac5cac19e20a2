import { handler as changePassword } from '../accounts/handlers/change-password.ts';
import { handler as deleteAvatar } from '../accounts/handlers/delete-avatar.ts';
import { handler as getProfile } from '../accounts/handlers/get-profile.ts';
import { handler as register } from '../accounts/handlers/register.ts';
import { handler as setAvatar } from '../accounts/handlers/set-avatar.ts';
import { handler as updateProfile } from '../accounts/handlers/update-profile.ts';
import { handler as createUser } from '../administration/handlers/create-user.ts';
import { handler as createUserSettings } from '../administration/handlers/create-user-settings.ts';
import { handler as getUser } from '../administration/handlers/get-user.ts';
import { handler as listTutors } from '../administration/handlers/list-tutors.ts';
import { handler as listUsers } from '../administration/handlers/list-users.ts';
import { handler as setUserPassword } from '../administration/handlers/set-user-password.ts';
import { handler as updateUser } from '../administration/handlers/update-user.ts';
import { byPost as cleanTokens } from '../cleaning/handlers/clean-tokens.ts';
import { handler as scheduleTokenCleaning } from '../cleaning/handlers/schedule-token-cleaning.ts';
import { handler as confirmEmail } from '../links/handlers/confirm-email.ts';
import { handler as forgotPassword } from '../links/handlers/forgot-password.ts';
import { handler as resendVerification } from '../links/handlers/resend-verification.ts';
import { handler as resetPassword } from '../links/handlers/reset-password.ts';
import { handler as verifyEmail } from '../links/handlers/verify-email.ts';
import { handler as endSession } from '../sessions/handlers/end-session.ts';
import { handler as listSessions } from '../sessions/handlers/list-sessions.ts';
import { handler as login } from '../sessions/handlers/login.ts';
import { handler as logout } from '../sessions/handlers/logout.ts';
import { handler as logoutAll } from '../sessions/handlers/logout-all.ts';
import { handler as refresh } from '../sessions/handlers/refresh.ts';
import { handler as getSettings } from '../settings/handlers/get-settings.ts';
import { handler as setRepeatFlag } from '../settings/handlers/set-repeat-flag.ts';
import { handler as updateSettings } from '../settings/handlers/update-settings.ts';

/** The endpoints that tests call by a short name: handler, method and path template. */
export const ENDPOINTS = {
  register: [register, 'POST', '/api/v6/auth/register'],
  login: [login, 'POST', '/api/v6/auth/login'],
  refresh: [refresh, 'POST', '/api/v6/auth/refresh'],
  confirmEmail: [confirmEmail, 'GET', '/api/v6/auth/verify-email'],
  verifyEmail: [verifyEmail, 'POST', '/api/v6/auth/verify-email'],
  resendVerification: [resendVerification, 'POST', '/api/v6/auth/resend-verification'],
  forgotPassword: [forgotPassword, 'POST', '/api/v6/auth/forgot-password'],
  resetPassword: [resetPassword, 'POST', '/api/v6/auth/reset-password'],
  updateProfile: [updateProfile, 'PATCH', '/api/v6/profile'],
  changePassword: [changePassword, 'PUT', '/api/v6/profile/password'],
  logout: [logout, 'POST', '/api/v6/auth/logout'],
  getProfile: [getProfile, 'GET', '/api/v6/profile'],
  getSettings: [getSettings, 'GET', '/api/v6/profile/settings'],
  updateSettings: [updateSettings, 'PATCH', '/api/v6/profile/settings'],
  setRepeatFlag: [setRepeatFlag, 'PUT', '/api/v6/profile/repeat-flag'],
  listSessions: [listSessions, 'GET', '/api/v6/profile/sessions'],
  endSession: [endSession, 'DELETE', '/api/v6/profile/sessions/{id}'],
  logoutAll: [logoutAll, 'POST', '/api/v6/auth/logout-all'],
  setAvatar: [setAvatar, 'PUT', '/api/v6/profile/avatar'],
  deleteAvatar: [deleteAvatar, 'DELETE', '/api/v6/profile/avatar'],
  listUsers: [listUsers, 'GET', '/api/v6/admin/users'],
  createUser: [createUser, 'POST', '/api/v6/admin/users'],
  getUser: [getUser, 'GET', '/api/v6/admin/users/{id}'],
  updateUser: [updateUser, 'PATCH', '/api/v6/admin/users/{id}'],
  createUserSettings: [createUserSettings, 'POST', '/api/v6/admin/users/{id}/settings'],
  setUserPassword: [setUserPassword, 'PATCH', '/api/v6/admin/users/{id}/password'],
  listTutors: [listTutors, 'GET', '/api/v6/admin/tutors'],
  scheduleTokenCleaning: [scheduleTokenCleaning, 'POST', '/api/v6/admin/tasks/schedule-token-cleaning'],
  cleanTokens: [cleanTokens, 'POST', '/api/v6/tokens/clean'],
} as const;
