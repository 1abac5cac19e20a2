/** Where a caller stands with one rate limit. */
export interface LimitState {
  readonly name: string;
  readonly quota: number;
  readonly windowSeconds: number;
  readonly remaining: number;
  readonly resetSeconds: number;
}

/** What a refusal knows beyond its code; the edge makes headers of it. */
export interface RefusalData {
  /** Limits that have been reached. */
  readonly limits?: readonly LimitState[];
  /** When the same call may succeed. */
  readonly retryAfterSeconds?: number;
  /** Bytes of the file in which a range was asked for. */
  readonly fileSize?: number;
  /** Methods that would have been taken. */
  readonly methods?: readonly string[];
}
