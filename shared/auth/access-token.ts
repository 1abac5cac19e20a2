import { randomUUID } from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import type { Config } from '../config/config.ts';

/** Roles of an account: 1 user, 2 tutor, 3 admin. */
export type Role = 1 | 2 | 3;

/** What an access token says of its bearer. */
export interface AccessClaims {
  readonly userId: number;
  readonly role: Role;
  readonly sessionId: number;
}

type TokenSettings = Pick<Config, 'JWT_SECRET' | 'JWT_ISSUER' | 'JWT_AUDIENCE' | 'JWT_ACCESS_TOKEN_EXPIRY'>;

const ALGORITHM = 'HS256';
const REQUIRED_CLAIMS = ['sub', 'iss', 'aud', 'jti', 'iat', 'exp'];
const claimsSchema = z.object({
  sub: z.string().regex(/^[1-9][0-9]*$/),
  user_id: z.int().min(1),
  role: z.literal([1, 2, 3]),
  sid: z.string().regex(/^[1-9][0-9]*$/),
  type: z.literal('access'),
});

const keyOf = (settings: TokenSettings): Uint8Array => new TextEncoder().encode(settings.JWT_SECRET);

/** Signs an access token (auth.md R7); it lives for the returned number of seconds. */
export const signAccessToken = async (
  claims: AccessClaims,
  settings: TokenSettings,
  now: Date,
): Promise<{ token: string; expiresInSeconds: number }> => {
  const issuedAt = Math.floor(now.getTime() / 1_000);
  const expiresInSeconds = Math.floor(settings.JWT_ACCESS_TOKEN_EXPIRY / 1_000);
  const token = await new SignJWT({
    user_id: claims.userId,
    role: claims.role,
    sid: String(claims.sessionId),
    type: 'access',
  })
    .setProtectedHeader({ alg: ALGORITHM, typ: 'JWT' })
    .setSubject(String(claims.userId))
    .setIssuer(settings.JWT_ISSUER)
    .setAudience(settings.JWT_AUDIENCE)
    .setJti(randomUUID())
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + expiresInSeconds)
    .sign(keyOf(settings));
  return { token, expiresInSeconds };
};

/**
 * Whether each segment is the one base64url text of its bytes. Decoders pass over the bits and characters that
 * encode nothing, so that one token would have many texts.
 */
const isCanonical = (token: string): boolean =>
  token.split('.').every((segment) => Buffer.from(segment, 'base64url').toString('base64url') === segment);

/**
 * The claims of a valid access token, else undefined. With `ignoreExpiry` an expired one counts too
 * (logout may name its session by one).
 */
export const readAccessToken = async (
  token: string,
  settings: TokenSettings,
  now: Date,
  ignoreExpiry = false,
): Promise<AccessClaims | undefined> => {
  if (!isCanonical(token)) return undefined;
  try {
    const { payload } = await jwtVerify(token, keyOf(settings), {
      algorithms: [ALGORITHM],
      issuer: settings.JWT_ISSUER,
      audience: settings.JWT_AUDIENCE,
      requiredClaims: REQUIRED_CLAIMS,
      currentDate: ignoreExpiry ? new Date(0) : now,
    });
    const claims = claimsSchema.parse(payload);
    if (claims.sub !== String(claims.user_id)) return undefined;
    return { userId: claims.user_id, role: claims.role, sessionId: Number(claims.sid) };
  } catch {
    // Every way a token can be bad is the same answer.
    return undefined;
  }
};
