import { createHmac, timingSafeEqual } from 'node:crypto';

/** What a signature is for: reading a media file, or sending the bytes of an upload. */
export type LinkPurpose = 'media.get' | 'media.put';

/** What a link opens. */
export interface LinkTarget {
  readonly purpose: LinkPurpose;
  /** Of the media file or the upload. */
  readonly id: string;
}

const SIGNATURE_LENGTH = 43;
const EXPIRY = /^[1-9][0-9]{0,11}$/;

/** The signature of a link (rules 1 and 4); `exp` is in Unix seconds. */
export const signatureOf = ({ purpose, id }: LinkTarget, exp: string, secret: string): string =>
  createHmac('sha256', secret).update(`${purpose}\n${id}\n${exp}`).digest('base64url');

/** When a download link made now ends (rule 2), in Unix seconds; all of one window are alike. */
export const linkExpiry = (now: Date, windowMs: number): number => {
  const window = windowMs / 1_000;
  return (Math.floor(now.getTime() / windowMs) + 2) * window;
};

const isSame = (given: string, expected: string): boolean =>
  given.length === SIGNATURE_LENGTH && timingSafeEqual(Buffer.from(given), Buffer.from(expected));

/** Whether `exp` and `sig` of a query open the target now; `absent` when it has neither. */
export const checkLink = (
  target: LinkTarget,
  rawQuery: string,
  secrets: readonly string[],
  now: Date,
): 'valid' | 'invalid' | 'absent' => {
  const query = new URLSearchParams(rawQuery);
  const [exp, ...moreExp] = query.getAll('exp');
  const [sig, ...moreSig] = query.getAll('sig');
  if (exp === undefined && sig === undefined) return 'absent';
  if (exp === undefined || sig === undefined || moreExp.length + moreSig.length > 0) return 'invalid';
  // Bytes, not characters: a signature is ASCII, so anything else must not reach the comparison.
  if (!EXPIRY.test(exp) || !/^[A-Za-z0-9_-]{43}$/.test(sig)) return 'invalid';
  const signed = secrets.filter((secret) => isSame(sig, signatureOf(target, exp, secret)));
  return signed.length > 0 && now.getTime() < Number(exp) * 1_000 ? 'valid' : 'invalid';
};
