import { handler as confirmEmail } from '../handlers/confirm-email.ts';
import { handler as getProfile } from '../handlers/get-profile.ts';
import { handler as getSettings } from '../handlers/get-settings.ts';
import { handler as login } from '../handlers/login.ts';
import { handler as logout } from '../handlers/logout.ts';
import { handler as refresh } from '../handlers/refresh.ts';
import { handler as register } from '../handlers/register.ts';
import { handler as setRepeatFlag } from '../handlers/set-repeat-flag.ts';
import { handler as updateSettings } from '../handlers/update-settings.ts';
import { handler as verifyEmail } from '../handlers/verify-email.ts';

/** The endpoints that tests call by a short name: handler, method and path template. */
export const ENDPOINTS = {
  register: [register, 'POST', '/api/v6/auth/register'],
  login: [login, 'POST', '/api/v6/auth/login'],
  refresh: [refresh, 'POST', '/api/v6/auth/refresh'],
  confirmEmail: [confirmEmail, 'GET', '/api/v6/auth/verify-email'],
  verifyEmail: [verifyEmail, 'POST', '/api/v6/auth/verify-email'],
  logout: [logout, 'POST', '/api/v6/auth/logout'],
  getProfile: [getProfile, 'GET', '/api/v6/profile'],
  getSettings: [getSettings, 'GET', '/api/v6/profile/settings'],
  updateSettings: [updateSettings, 'PATCH', '/api/v6/profile/settings'],
  setRepeatFlag: [setRepeatFlag, 'PUT', '/api/v6/profile/repeat-flag'],
} as const;
