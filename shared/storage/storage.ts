import { withTimeout } from '../async/with-timeout.ts';
import type { Config } from '../config/config.ts';
import { refuseWhileHolding } from '../database/holding.ts';
import type { Log } from '../log/log.ts';
import { createFilesystemStore } from './filesystem-store.ts';
import type { ObjectStore } from './object-store.ts';
import { StorageError } from './storage-error.ts';

/** The store of a process, and whether it can be written to. */
export interface Storage {
  /** Opened at first use, so that functions which never touch files do not load an S3 client. */
  store(): Promise<ObjectStore>;
  /** Whether the last probe succeeded; probes when that was more than 60 s ago, or never. */
  isUsable(): Promise<boolean>;
  /** Probes now; joins a probe under way. */
  probe(): Promise<boolean>;
  close(): Promise<void>;
}

const PROBE_EVERY_MS = 60_000;
const PROBE_LIMIT_MS = 5_000;

const openStore = async (config: Config): Promise<ObjectStore> => {
  if (config.MEDIA_STORE === 'filesystem') return createFilesystemStore(config.MEDIA_BASE_PATH);
  const { createS3Store } = await import('./s3-store.ts');
  return createS3Store(config);
};

/** A store is slow: whoever holds a connection must not wait for it. */
const refusingWhileHolding = (store: ObjectStore): ObjectStore =>
  new Proxy(store, {
    get: (target, name, receiver) => {
      refuseWhileHolding('the media store');
      return Reflect.get(target, name, receiver);
    },
  });

/** Opens the configured store; never fails, a store that is away shows in the probe. */
export const openStorage = (config: Config, log: Log): Storage => {
  let opened: Promise<ObjectStore> | undefined;
  let last: { readonly usable: boolean; readonly at: number } | undefined;
  let underWay: Promise<boolean> | undefined;

  const store = (): Promise<ObjectStore> => {
    opened ??= openStore(config).then(refusingWhileHolding);
    return opened;
  };

  const probeOnce = async (): Promise<boolean> => {
    const tooLate = () => new StorageError('the store did not answer in time');
    const usable = await withTimeout(
      PROBE_LIMIT_MS,
      store().then((each) => each.probe()),
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

  const probe = (): Promise<boolean> => {
    underWay ??= probeOnce().finally(() => {
      underWay = undefined;
    });
    return underWay;
  };

  return {
    store,
    probe,
    isUsable: async () => (last && performance.now() - last.at < PROBE_EVERY_MS ? last.usable : probe()),
    close: async () => {
      await underWay;
      (await opened)?.close();
    },
  };
};
