import type { ByteSource } from './byte-source.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be in a text
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/;

/** Whether the whole file is UTF-8 without control characters other than TAB, LF and CR. */
export const isPlainText = async (source: ByteSource): Promise<boolean> => {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for await (const chunk of source.stream()) {
      if (CONTROL.test(decoder.decode(chunk, { stream: true }))) return false;
    }
    decoder.decode();
    return true;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
};
