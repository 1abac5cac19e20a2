/**
 * Gives the memory of bytes back at once that nobody reads again; they are empty afterwards. The garbage collector
 * would let many large bodies pile up first. Bytes that share their memory with others are left to it.
 */
export const freeBytes = ({ buffer, byteLength }: Buffer): void => {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
};
