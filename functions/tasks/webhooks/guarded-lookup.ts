import type { LookupAddress, LookupOptions } from 'node:dns';
import type { LookupFunction } from 'node:net';

/** Resolves a name to all its addresses, as `dns.lookup` does with `all`. */
export type Resolve = (
  hostname: string,
  options: LookupOptions & { readonly all: true },
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/** The code of the error with which a name is refused. */
export const ADDRESS_REFUSED = 'ERR_ADDRESS_NOT_PUBLIC';

const refusal = (hostname: string): NodeJS.ErrnoException =>
  Object.assign(new Error(`${hostname} has an address that is not public`), { code: ADDRESS_REFUSED });

/**
 * A lookup for sockets that fails unless every address is accepted (rule W2). The socket connects to one of the
 * addresses that were checked, since it asks nobody else.
 */
export const guardedLookup =
  (resolve: Resolve, accepts: (address: string) => boolean): LookupFunction =>
  (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      const first = addresses?.[0];
      if (error || !first) callback(error ?? refusal(hostname), '');
      else if (!addresses.every(({ address }) => accepts(address))) callback(refusal(hostname), '');
      else if (options.all) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
