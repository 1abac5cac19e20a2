import { randomBytes } from 'node:crypto';
import { type Role, signAccessToken } from '#shared/auth/access-token.ts';
import type { Guard } from '#shared/http/contract.ts';
import type { SignedInUser } from '#shared/testing/accounts.ts';
import type { Harness } from '#shared/testing/harness.ts';

/** What a request may bring along to prove who sends it. */
export interface Credential {
  readonly name: string;
  readonly headers: Readonly<Record<string, string>>;
  /** What a token that is there proves: a role, or nothing. */
  readonly token?: Role | 'bad';
  readonly key?: 'good' | 'bad';
  /** The token is a cookie, and where the page stands that makes the browser send it. */
  readonly cookieFrom?: 'our page' | 'elsewhere';
}

const ROLES = [1, 2, 3] as const;
const LEAST_ROLE: Readonly<Partial<Record<Guard, Role>>> = { user: 1, tutor: 2, admin: 3 };
const ELSEWHERE = { origin: 'https://elsewhere.example' };
const OUR_PAGE = { 'sec-fetch-site': 'same-origin' };

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const tokenOf = ({ headers }: SignedInUser): string => headers.authorization.slice('Bearer '.length);
const cookie = (token: string) => ({ cookie: `access_token=${token}` });

/** The good ones of a role, each of somebody else, as what one is used for may end the session. */
const credentialsOf = async ({ signIn }: Harness, role: Role): Promise<Credential[]> => {
  const byCookie = async (from: string, headers: object): Promise<Credential> => ({
    name: `role ${role} by cookie from ${from}`,
    headers: { ...cookie(tokenOf(await signIn(role))), ...headers },
    token: role,
    cookieFrom: from === 'our page' ? 'our page' : 'elsewhere',
  });
  return [
    { name: `role ${role}`, headers: (await signIn(role)).headers, token: role },
    await byCookie('our page', OUR_PAGE),
    await byCookie('elsewhere', ELSEWHERE),
    await byCookie('nowhere', {}),
  ];
};

/** Every credential that endpoints tell apart. */
export const allCredentials = async (harness: Harness): Promise<readonly Credential[]> => {
  const { config, signIn, now, call } = harness;
  const someone = await signIn(3);
  const admin = tokenOf(someone);
  const key = { 'x-api-key': config.API_KEY };
  const claims = { userId: someone.userId, role: 3 as const, sessionId: 1 };
  const longAgo = new Date(now().getTime() - config.JWT_ACCESS_TOKEN_EXPIRY - 1_000);
  const expired = (await signAccessToken(claims, config, longAgo)).token;
  const foreignConfig = { ...config, JWT_SECRET: randomBytes(48).toString('hex') };
  const foreign = (await signAccessToken(claims, foreignConfig, now())).token;
  const [head = '', , signature = ''] = admin.split('.');
  const payload = Buffer.from(JSON.stringify({ ...claims, exp: 9_999_999_999 })).toString('base64url');
  const ended = await signIn(3);
  await call('logoutAll', { headers: ended.headers });
  const bad = (name: string, headers: Record<string, string>): Credential => ({
    name,
    headers,
    token: 'bad',
  });
  return [
    { name: 'none', headers: {} },
    bad('a token of nonsense', bearer('nonsense')),
    bad('an empty token', { authorization: 'Bearer ' }),
    bad('another scheme', { authorization: `Basic ${Buffer.from('a:b').toString('base64')}` }),
    bad('an expired token', bearer(expired)),
    bad('a token of another secret', bearer(foreign)),
    bad('a token with another content', bearer(`${head}.${payload}.${signature}`)),
    bad('a token of a session that has ended', bearer(tokenOf(ended))),
    bad('a bad token beside a good cookie', { ...bearer('nonsense'), ...cookie(admin), ...OUR_PAGE }),
    { ...bad('a cookie of nonsense', { ...cookie('nonsense'), ...OUR_PAGE }), cookieFrom: 'our page' },
    { name: 'the key alone', headers: key, key: 'good' },
    { name: 'a wrong key', headers: { 'x-api-key': 'wrong' }, key: 'bad' },
    { name: 'an empty key', headers: { 'x-api-key': '' }, key: 'bad' },
    {
      name: 'an admin and a wrong key',
      headers: { ...bearer(admin), 'x-api-key': 'wrong' },
      token: 3,
      key: 'bad',
    },
    {
      name: 'a bad token and the key',
      headers: { ...bearer('nonsense'), ...key },
      token: 'bad',
      key: 'good',
    },
    ...(await Promise.all(ROLES.map((role) => credentialsOf(harness, role)))).flat(),
  ];
};

/** The code with which guards refuse a credential by conventions.md, "Who may call"; undefined when one lets it pass. */
export const refusalBy = (
  guards: readonly Guard[],
  isUnsafe: boolean,
  { token, key, cookieFrom }: Credential,
): string | undefined => {
  if (guards.includes('public') || guards.includes('link')) return undefined;
  const roles = guards.map((guard) => LEAST_ROLE[guard]).filter((role) => role !== undefined);
  if (guards.includes('service') && (key !== undefined || roles.length === 0)) {
    return key === 'good' ? undefined : 'invalid_api_key';
  }
  if (token === undefined) return 'unauthenticated';
  if (token === 'bad') return 'invalid_token';
  if (cookieFrom === 'elsewhere' && isUnsafe) return 'csrf_rejected';
  return token < Math.min(...roles) ? 'forbidden' : undefined;
};

/** The headers of somebody new whom the guards let pass. */
export const rightCredential = async (
  { config, signIn }: Harness,
  guards: readonly Guard[],
): Promise<Readonly<Record<string, string>>> => {
  if (guards.includes('service')) return { 'x-api-key': config.API_KEY };
  return guards.includes('public') ? {} : (await signIn(3)).headers;
};
