import { encodeBody, readResponse, type TestRequest, type TestResponse } from './invoke.ts';

/** Sends a request over HTTP; redirects are answers. */
export const send = async (
  url: string,
  { method = 'GET', headers, body }: Pick<TestRequest, 'method' | 'headers' | 'body'> = {},
): Promise<TestResponse> => {
  const { bytes, headers: typed } = await encodeBody(body);
  const response = await fetch(url, {
    method,
    redirect: 'manual',
    headers: { ...typed, ...headers },
    ...(bytes === undefined ? {} : { body: new Uint8Array(bytes) }),
  });
  const answered = {
    bytes: Buffer.from(await response.arrayBuffer()),
    cookies: response.headers.getSetCookie(),
  };
  return readResponse(response.status, Object.fromEntries(response.headers), answered);
};
