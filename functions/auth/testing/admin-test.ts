import type { TestRequest, TestResponse } from '#shared/testing/invoke.ts';
import type { AuthHarness } from './auth-harness.ts';
import type { TestAccount } from './fixtures.ts';

/** The header of an access token. */
export const bearer = ({ accessToken }: { readonly accessToken: string }): Record<string, string> => ({
  authorization: `Bearer ${accessToken}`,
});

type Endpoint = Parameters<AuthHarness['call']>[0];

/** An admin who is signed in. */
export interface SignedInAdmin extends TestAccount {
  readonly headers: Record<string, string>;
  /** Calls an endpoint as this admin; `id` fills the path. */
  call(endpoint: Endpoint, request?: TestRequest & { readonly id?: number | string }): Promise<TestResponse>;
}

/** Creates an admin and signs in. */
export const createAdmin = async (auth: AuthHarness): Promise<SignedInAdmin> => {
  const account = await auth.createAccount({ role: 3 });
  const headers = bearer(await auth.logIn(account));
  return {
    ...account,
    headers,
    call: (endpoint, { id, ...request } = {}) =>
      auth.call(endpoint, {
        ...(id === undefined ? {} : { pathParameters: { id: String(id) } }),
        ...request,
        headers: { ...headers, ...request.headers },
      }),
  };
};
