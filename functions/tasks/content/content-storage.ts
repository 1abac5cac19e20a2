import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import type { Config } from '#shared/config/config.ts';
import { formatContent, parseContent } from './rules/content.ts';

/** A content as its row holds it. */
export interface StoredContent {
  readonly content: string;
  readonly sensitive: boolean;
}

/** What is left of a content when its task has ended. */
export interface EndedContent {
  readonly content: string;
  readonly redacted: boolean;
}

type Secret = Pick<Config, 'TASK_CONTENT_SECRET'>;

const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Names the format, so that a later one can be told apart; it also marks the column as sealed to people. */
const VERSION = 'v1:';

const keys = new Map<string, KeyObject>();

const keyOf = ({ TASK_CONTENT_SECRET: secret }: Secret): KeyObject => {
  const known =
    keys.get(secret) ??
    createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', 'immediate task content v1', 32)));
  keys.set(secret, known);
  return known;
};

const seal = (text: string, secret: Secret): string => {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, keyOf(secret), nonce, { authTagLength: TAG_BYTES });
  const sealed = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return VERSION + sealed.toString('base64');
};

/** The text, or undefined when it was sealed with another secret or has been damaged. */
const unseal = (stored: string, secret: Secret): string | undefined => {
  if (!stored.startsWith(VERSION)) return undefined;
  const sealed = Buffer.from(stored.slice(VERSION.length), 'base64');
  if (sealed.length < NONCE_BYTES + TAG_BYTES) return undefined;
  const nonce = sealed.subarray(0, NONCE_BYTES);
  const decipher = createDecipheriv(ALGORITHM, keyOf(secret), nonce, { authTagLength: TAG_BYTES });
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  try {
    const text = decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES), undefined, 'utf8');
    return text + decipher.final('utf8');
  } catch {
    return undefined;
  }
};

/** The column's value: sealed (AES-256-GCM, rule E9) when sensitive; 10,000 characters then still fit a TEXT. */
export const storeContent = (text: string, sensitive: boolean, secret: Secret): string =>
  sensitive ? seal(text, secret) : text;

/** The content of a row, or undefined when it can't be read with this secret. */
export const readContent = (stored: StoredContent, secret: Secret): string | undefined =>
  stored.sensitive ? unseal(stored.content, secret) : stored.content;

/** Cuts a sensitive content to its recipient (rule E9), still sealed; one that can't be read is emptied. */
export const endContent = (stored: StoredContent, secret: Secret): EndedContent => {
  if (!stored.sensitive) return { content: stored.content, redacted: false };
  const text = readContent(stored, secret);
  const { recipient, variables } = parseContent(text ?? '');
  const redacted = text === undefined || variables.length > 0;
  return { content: seal(formatContent({ recipient, variables: [] }), secret), redacted };
};
