import type { Config } from '../config/config.ts';
import { createFilesystemStore } from './filesystem-store.ts';
import type { ObjectStore } from './object-store.ts';
import type { Storage } from './storage.ts';

/** Whatever has the storage of the process, such as a context. */
interface WithStorage {
  readonly storage: Storage;
}

const openStore = async (config: Config): Promise<ObjectStore> => {
  if (config.MEDIA_STORE === 'filesystem') return createFilesystemStore(config.MEDIA_BASE_PATH);
  const { createS3Store } = await import('./s3-store.ts');
  return createS3Store(config);
};

// The storage of a process does not know how to open its store, because every function has it: only what imports
// this module has the S3 client in its bundle.

/** The configured store, opened at first use. */
export const mediaStore = ({ storage }: WithStorage): Promise<ObjectStore> => storage.store(openStore);

/** Whether the last probe of the store succeeded; probes when that was more than 60 s ago, or never. */
export const isStoreUsable = ({ storage }: WithStorage): Promise<boolean> => storage.isUsable(openStore);

/** Probes the store now; joins a probe under way. */
export const probeStore = ({ storage }: WithStorage): Promise<boolean> => storage.probe(openStore);
