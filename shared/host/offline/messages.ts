/** What the supervisor of the development server says to a worker; connections carry their socket. */
export type ToWorker =
  /** Load the project's code; `validConfig` is what an earlier worker told of the configuration. */
  | { readonly type: 'start'; readonly validConfig: string | undefined }
  | { readonly type: 'connection' }
  /** Finish what is under way and exit; kept connections without a request are closed after `idleMs`. */
  | { readonly type: 'retire'; readonly idleMs: number };

/** What a worker says to its supervisor. */
export type FromWorker =
  | { readonly type: 'ready' }
  /** Digest of a configuration that has passed the check; said before `ready`. */
  | { readonly type: 'valid'; readonly config: string }
  /** The code does not load; the worker exits. */
  | { readonly type: 'failed'; readonly message: string };
