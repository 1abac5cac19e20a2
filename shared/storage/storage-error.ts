/** The store could not be reached, is full or refuses to write; trying later may help. */
export class StorageError extends Error {
  override readonly name = 'StorageError';
}

/** Runs work on the store; whatever it throws becomes a {@link StorageError}. */
export const asStorageError = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof StorageError) throw cause;
    throw new StorageError('the media store failed', { cause });
  }
};
