/** What the supervisor of the development server says to a worker; connections carry their socket. */
export type ToWorker =
  | { readonly type: 'start' }
  | { readonly type: 'connection' }
  /** Finish what is under way and exit; kept connections without a request are closed after `idleMs`. */
  | { readonly type: 'retire'; readonly idleMs: number };

/** What a worker says to its supervisor. */
export type FromWorker =
  | { readonly type: 'ready' }
  /** The code does not load; the worker exits. */
  | { readonly type: 'failed'; readonly message: string };
