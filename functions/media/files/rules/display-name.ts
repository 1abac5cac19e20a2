import { toNfc } from '#shared/text/nfc.ts';

const LONGEST = 150;
/** Code units that are looked at; what is behind them is cut off anyway. */
const LOOKED_AT = 4_096;
const ATTRIBUTE_CHARACTER = /^[A-Za-z0-9!#$&+.^_`|~-]$/;

/** The name under which a document is saved (rule 25), without extension; empty when nothing is left. */
export const displayName = (filename: string): string => {
  const start = Math.max(filename.lastIndexOf('/'), filename.lastIndexOf('\\')) + 1;
  const safe = toNfc(filename.slice(start, start + LOOKED_AT).toWellFormed())
    .replace(/[\p{Cc}"<>:|?*]/gu, '_')
    .replace(/^\.+/, '')
    .replace(/\.[A-Za-z0-9]{1,10}$/, '');
  return [...safe].slice(0, LONGEST).join('');
};

/** Percent-encodes everything but the attr-char of RFC 5987. */
const encodeAttribute = (text: string): string =>
  [...Buffer.from(text)]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      if (ATTRIBUTE_CHARACTER.test(character)) return character;
      return `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');

/** `Content-Disposition` of a document; the id is `<uuid>.<extension>`. */
export const attachment = (id: string, filename: string | undefined): string => {
  const [uuid = '', extension = ''] = id.split('.');
  const name = displayName(filename ?? '') || uuid;
  return `attachment; filename="${id}"; filename*=UTF-8''${encodeAttribute(`${name}.${extension}`)}`;
};
