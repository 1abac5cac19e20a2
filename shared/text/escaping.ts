const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' } as const;

/** Text as HTML shows it, between tags and in quoted attributes. */
export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (sign) => ENTITIES[sign as keyof typeof ENTITIES]);

const ATTRIBUTE_CHARACTER = /^[A-Za-z0-9!#$&+.^_`|~-]$/;

/** A header parameter in the extended notation of RFC 8187: UTF-8, percent-encoded but for its attr-char. */
export const extendedHeaderValue = (text: string): string =>
  `UTF-8''${[...Buffer.from(text)]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      return ATTRIBUTE_CHARACTER.test(character) ? character : `%${hexByte(byte).toUpperCase()}`;
    })
    .join('')}`;

/** A byte as two hexadecimal digits. */
export const hexByte = (byte: number): string => byte.toString(16).padStart(2, '0');
