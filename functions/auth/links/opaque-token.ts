import { createHash, randomBytes } from 'node:crypto';

const TOKEN_BYTES = 32;

/** A secret for links and refreshing, and the hash under which alone it is stored. */
export interface OpaqueToken {
  /** 43 characters of base64url. */
  readonly token: string;
  readonly hash: Buffer;
}

/** SHA-256 of a token; it has enough entropy for a fast hash. */
export const hashToken = (token: string): Buffer => createHash('sha256').update(token, 'utf8').digest();

/** A new random token. */
export const createOpaqueToken = (): OpaqueToken => {
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  return { token, hash: hashToken(token) };
};
