import { AppError } from '../../errors/app-error.ts';

const LINE_END = '\r\n';
const EMPTY_LINE = Buffer.from(LINE_END + LINE_END);

/** No more parts than this are read of a body. */
const MAXIMUM_PARTS = 100;
/** All that a body may hold outside the content of its parts, boundaries included. */
const MAXIMUM_HEADER_BYTES = 65_536;

/**
 * Counts the parts and the bytes of their headers ahead of the parser, which would read a body beyond its limits to
 * the end and cut headers silently. Reads with `indexOf` alone, so hostile bytes cost no more than others.
 */
export class MultipartGate {
  readonly #delimiter: Buffer;
  #isInHeaders = true;
  #delimiters = 0;
  #headerBytes = 0;
  /** End of what was seen, in which a delimiter may have begun. */
  #rest = Buffer.from(LINE_END);

  constructor(boundary: string) {
    this.#delimiter = Buffer.from(`${LINE_END}--${boundary}`);
  }

  /** Looks at the next bytes of the body. @throws AppError `payload_too_large` */
  pass(slice: Uint8Array): void {
    const bytes = Buffer.concat([this.#rest, slice]);
    let at = 0;
    for (let end = this.#nextEnd(bytes, at); end; end = this.#nextEnd(bytes, at)) {
      if (this.#isInHeaders) this.#countHeaderBytes(end.at - at);
      if (end.isDelimiter) this.#countDelimiter();
      this.#isInHeaders = end.isDelimiter;
      at = end.at;
    }
    const seen = Math.max(at, bytes.length - this.#delimiter.length - 1);
    if (this.#isInHeaders) this.#countHeaderBytes(seen - at);
    this.#rest = bytes.subarray(seen);
  }

  /** Where headers or content end: a delimiter ends both, an empty line only headers. */
  #nextEnd(bytes: Buffer, at: number): { readonly at: number; readonly isDelimiter: boolean } | undefined {
    const delimiter = bytes.indexOf(this.#delimiter, at);
    const emptyLine = this.#isInHeaders && this.#delimiters > 0 ? bytes.indexOf(EMPTY_LINE, at) : -1;
    // The second half of an empty line may be the beginning of a delimiter.
    const begunAt = delimiter === -1 ? bytes.length - this.#delimiter.length + 1 : delimiter;
    if (emptyLine !== -1 && emptyLine + LINE_END.length < begunAt) {
      return { at: emptyLine + EMPTY_LINE.length, isDelimiter: false };
    }
    return delimiter === -1 ? undefined : { at: delimiter + this.#delimiter.length, isDelimiter: true };
  }

  #countHeaderBytes(bytes: number): void {
    this.#headerBytes += bytes;
    if (this.#headerBytes > MAXIMUM_HEADER_BYTES) throw new AppError('payload_too_large');
  }

  #countDelimiter(): void {
    this.#delimiters += 1;
    // The last one closes the body.
    if (this.#delimiters > MAXIMUM_PARTS + 1) throw new AppError('payload_too_large');
  }
}
