import { connect } from 'node:net';

/** An answer as it came over the wire. */
export interface RawAnswer {
  readonly status: number;
  /** Names in lower case; a repeated one keeps its last value. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Milliseconds until the other side closed the connection. */
  readonly closedAfter: number;
}

const WAIT_MS = 20_000;

const parse = (bytes: Buffer, closedAfter: number): RawAnswer => {
  const end = bytes.indexOf('\r\n\r\n');
  const [statusLine = '', ...fields] = bytes.subarray(0, Math.max(end, 0)).toString('latin1').split('\r\n');
  const headers = Object.fromEntries(
    fields.map((field) => {
      const colon = field.indexOf(':');
      return [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()];
    }),
  );
  return {
    status: Number(statusLine.split(' ')[1] ?? 0),
    headers,
    body: bytes.subarray(end + 4),
    closedAfter,
  };
};

/** Sends bytes as they are and reads until the other side closes; status 0 means that nothing was answered. */
export const sendRaw = (
  port: number,
  request: string | Buffer,
  keepSending?: { readonly everyMs: number; readonly chunk: string },
): Promise<RawAnswer> =>
  new Promise((resolve, reject) => {
    const begun = performance.now();
    const received: Buffer[] = [];
    const socket = connect(port, '127.0.0.1', () => socket.write(request));
    const sending = keepSending && setInterval(() => socket.write(keepSending.chunk), keepSending.everyMs);
    const tooLong = setTimeout(() => socket.destroy(new Error('the connection stayed open')), WAIT_MS);
    socket.on('data', (chunk) => received.push(chunk));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      // A reset after the answer is how a connection ends whose other side still sends.
      if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') reject(error);
    });
    socket.on('close', () => {
      clearInterval(sending);
      clearTimeout(tooLong);
      resolve(parse(Buffer.concat(received), performance.now() - begun));
    });
  });

/** A request that ends its connection, with further header lines. */
export const rawRequest = (line: string, headers: readonly string[] = [], body = ''): string =>
  [`${line} HTTP/1.1`, ...headers, 'Connection: close', '', body].join('\r\n');
