import { expect, test } from 'vitest';
import { authModeHeaders, clearedCookies, deliver } from './auth-mode.ts';

const tokens = { accessToken: 'access', expiresIn: 900, refreshToken: 'refresh', refreshExpiresIn: 60 };

test('cookies are secure unless that is switched off', () => {
  expect(deliver({ COOKIE_SECURE: true }, 'cookie', tokens)).toEqual({
    fields: {},
    cookies: [
      'access_token=access; Path=/; Max-Age=900; HttpOnly; Secure; SameSite=Lax',
      'refresh_token=refresh; Path=/api/v6/auth; Max-Age=60; HttpOnly; Secure; SameSite=Lax',
    ],
  });
  expect(deliver({ COOKIE_SECURE: false }, 'cookie', tokens).cookies.join()).not.toContain('Secure');
});

test('cookies are cleared with the attributes that they were set with', () => {
  expect(clearedCookies({ COOKIE_SECURE: true })).toEqual([
    'access_token=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax',
    'refresh_token=; Path=/api/v6/auth; Max-Age=0; HttpOnly; Secure; SameSite=Lax',
  ]);
});

test('token mode has fields and no cookies', () => {
  expect(deliver({ COOKIE_SECURE: true }, 'token', tokens)).toEqual({
    cookies: [],
    fields: { ...tokens, tokenType: 'Bearer' },
  });
});

test.each([
  [undefined, 'cookie'],
  ['cookie', 'cookie'],
  ['Token', 'token'],
])('the header %j means %s', (header, mode) => {
  const headers = header === undefined ? {} : { 'x-auth-mode': header };
  expect(authModeHeaders().parse(headers)).toEqual({ 'x-auth-mode': mode });
});

test.each(['', 'both', 'cookie, token'])('the header %j is refused', (header) => {
  expect(authModeHeaders().safeParse({ 'x-auth-mode': header }).success).toBe(false);
});
