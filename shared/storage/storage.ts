import { withTimeout } from '../async/with-timeout.ts';
import type { Config } from '../config/config.ts';
import { refuseWhileHolding } from '../database/holding.ts';
import type { Log } from '../log/log.ts';
import type { ObjectStore } from './object-store.ts';
import { StorageError } from './storage-error.ts';

/** Opens the store that the configuration names. */
export type StoreOpener = (config: Config) => Promise<ObjectStore>;

/** Where a process keeps its one store and what it knows of it; the functions of `media-store.ts` use it. */
export interface Storage {
  store(open: StoreOpener): Promise<ObjectStore>;
  isUsable(open: StoreOpener): Promise<boolean>;
  probe(open: StoreOpener): Promise<boolean>;
  close(): Promise<void>;
}

const PROBE_EVERY_MS = 60_000;
const PROBE_LIMIT_MS = 5_000;

/** A store is slow: whoever holds a connection must not wait for it. */
const refusingWhileHolding = (store: ObjectStore): ObjectStore =>
  new Proxy(store, {
    get: (target, name, receiver) => {
      refuseWhileHolding('the media store');
      return Reflect.get(target, name, receiver);
    },
  });

/** A place for the store, which is opened at first use; a store that is unavailable shows in the probe. */
export const openStorage = (config: Config, log: Log): Storage => {
  let opened: Promise<ObjectStore> | undefined;
  let last: { readonly usable: boolean; readonly at: number } | undefined;
  let underWay: Promise<boolean> | undefined;

  const store = (open: StoreOpener): Promise<ObjectStore> => {
    opened ??= open(config).then(refusingWhileHolding);
    return opened;
  };

  const probeOnce = async (open: StoreOpener): Promise<boolean> => {
    const tooLate = () => new StorageError('the store did not answer in time');
    const usable = await withTimeout(
      PROBE_LIMIT_MS,
      store(open).then((each) => each.probe()),
      tooLate,
    ).then(
      () => true,
      (error: unknown) => {
        if (last?.usable !== false) log.error({ err: error }, 'the media store is not usable');
        return false;
      },
    );
    if (usable && last?.usable === false) log.info('the media store is usable again');
    last = { usable, at: performance.now() };
    return usable;
  };

  const probe = (open: StoreOpener): Promise<boolean> => {
    underWay ??= probeOnce(open).finally(() => {
      underWay = undefined;
    });
    return underWay;
  };

  return {
    store,
    probe,
    isUsable: async (open) =>
      last && performance.now() - last.at < PROBE_EVERY_MS ? last.usable : probe(open),
    close: async () => {
      await underWay;
      (await opened)?.close();
    },
  };
};
