import { extendedHeaderValue } from '#shared/text/escaping.ts';
import { toNfc } from '#shared/text/nfc.ts';

const LONGEST = 150;
/** Code units that are looked at; what is behind them is cut off anyway. */
const LOOKED_AT = 4_096;

/** The name under which a document is saved (rule 25), without extension; empty when nothing is left. */
export const displayName = (filename: string): string => {
  const start = Math.max(filename.lastIndexOf('/'), filename.lastIndexOf('\\')) + 1;
  const safe = toNfc(filename.slice(start, start + LOOKED_AT).toWellFormed())
    .replace(/[\p{Cc}"<>:|?*]/gu, '_')
    .replace(/^\.+/, '')
    .replace(/\.[A-Za-z0-9]{1,10}$/, '');
  return [...safe].slice(0, LONGEST).join('');
};

/** `Content-Disposition` of a document; the id is `<uuid>.<extension>`. */
export const attachment = (id: string, filename: string | undefined): string => {
  const [uuid = '', extension = ''] = id.split('.');
  const name = displayName(filename ?? '') || uuid;
  return `attachment; filename="${id}"; filename*=${extendedHeaderValue(`${name}.${extension}`)}`;
};
