import { type AccessClaims, type Role, readAccessToken } from '../../auth/access-token.ts';
import { isApiKey } from '../../auth/api-key.ts';
import { AppError } from '../../errors/app-error.ts';
import type { Context } from '../../host/context.ts';
import type { Guard } from '../contract.ts';
import { isListedOrigin } from '../cors.ts';
import type { HttpRequest } from '../request.ts';
import { clientAddress } from './client-address.ts';
import { requireLiveSession } from './session-check.ts';

/** Who calls. `via` tells how a user proved it. */
export type Caller =
  | { readonly kind: 'public' }
  | { readonly kind: 'service' }
  | ({ readonly kind: 'user'; readonly via: 'bearer' | 'cookie' } & AccessClaims);

/** What the credentials of a request prove, before any guard has been asked. */
export interface Identity {
  readonly caller: Caller;
  readonly address: string;
  /** What was given and did not hold. */
  readonly bad: 'token' | 'apiKey' | undefined;
}

/** The bearer token, or undefined; the scheme's letter case does not matter. */
export const bearerToken = (request: Pick<HttpRequest, 'headers'>): string | undefined => {
  const header = request.headers['authorization'];
  if (header === undefined) return undefined;
  return /^bearer +(\S+) *$/i.exec(header)?.[1] ?? '';
};

/** Reads the credentials; a present but bad bearer token never falls back to the cookie. */
export const identify = async (request: HttpRequest, context: Context): Promise<Identity> => {
  const { config } = context;
  const address = clientAddress(request, config.TRUSTED_PROXIES);
  const apiKey = request.headers['x-api-key'];
  const bearer = bearerToken(request);
  const token = bearer ?? request.cookies['access_token'];
  if (token === undefined || token === '') {
    if (apiKey !== undefined && isApiKey(apiKey, config.API_KEY)) {
      return { caller: { kind: 'service' }, address, bad: undefined };
    }
    const bad = bearer === '' ? 'token' : apiKey === undefined ? undefined : 'apiKey';
    return { caller: { kind: 'public' }, address, bad };
  }
  const claims = await readAccessToken(token, config, context.now());
  if (!claims) return { caller: { kind: 'public' }, address, bad: 'token' };
  const via = bearer === undefined ? 'cookie' : 'bearer';
  return { caller: { kind: 'user', via, ...claims }, address, bad: undefined };
};

const LEAST_ROLE: Record<Exclude<Guard, 'public' | 'service' | 'link'>, Role> = {
  user: 1,
  tutor: 2,
  admin: 3,
};
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Lets the caller of an endpoint pass or refuses it. @throws AppError 401, 403 */
export const authorize = async (
  guards: readonly Guard[],
  identity: Identity,
  request: HttpRequest,
  context: Context,
): Promise<Caller> => {
  if (guards.includes('public') || guards.includes('link')) return { kind: 'public' };
  const apiKey = request.headers['x-api-key'];
  const forUsers = guards.filter((guard) => Object.hasOwn(LEAST_ROLE, guard)) as (keyof typeof LEAST_ROLE)[];
  if (guards.includes('service') && (apiKey !== undefined || forUsers.length === 0)) {
    if (apiKey !== undefined && isApiKey(apiKey, context.config.API_KEY)) return { kind: 'service' };
    throw new AppError('invalid_api_key');
  }
  const { caller, bad } = identity;
  if (bad === 'token') throw new AppError('invalid_token');
  if (caller.kind !== 'user') throw new AppError('unauthenticated');
  // What only some roles may do, and changes something, does not rest on the token alone.
  const grave = !SAFE_METHODS.has(request.method) && forUsers.every((guard) => LEAST_ROLE[guard] > 1);
  await requireLiveSession(context, caller, grave);
  if (caller.via === 'cookie') assertSameOrigin(request, context);
  if (forUsers.every((guard) => caller.role < LEAST_ROLE[guard])) throw new AppError('forbidden');
  return caller;
};

/**
 * Refuses an unsafe request that a foreign page may have made a browser send with its cookies.
 * @throws AppError `csrf_rejected`
 */
export const assertSameOrigin = (request: HttpRequest, { config }: Pick<Context, 'config'>): void => {
  if (SAFE_METHODS.has(request.method)) return;
  const origin = request.headers['origin'];
  const own = new URL(config.PUBLIC_BASE_URL).origin;
  const trusted =
    origin === undefined
      ? request.headers['sec-fetch-site'] === 'same-origin'
      : origin === own || isListedOrigin(origin, config.CORS_ALLOWED_ORIGINS);
  if (!trusted) throw new AppError('csrf_rejected');
};

/** User, role and session of a caller whom a guard for users has let pass. */
export const callerClaims = (caller: Caller): AccessClaims => {
  if (caller.kind !== 'user') throw new TypeError('the endpoint is not guarded for users');
  return caller;
};

/** The user id of a caller whom a guard for users has let pass. */
export const callerId = (caller: Caller): number => callerClaims(caller).userId;
