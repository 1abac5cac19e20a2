/** What may name a call that lowers marks. */
export interface RunKeySources {
  /** The header `X-Task-Run-Id`; empty counts as absent. */
  readonly taskRunId: string | undefined;
  /** The header `Idempotency-Key`; empty counts as absent. */
  readonly idempotencyKey: string | undefined;
  readonly now: Date;
}

/** The key under which marks are lowered once (rule R16); the prefix keeps the three kinds apart. */
export const runKey = ({ taskRunId, idempotencyKey, now }: RunKeySources): string => {
  if (taskRunId) return `run:${taskRunId}`;
  if (idempotencyKey) return `key:${idempotencyKey}`;
  return `day:${now.toISOString().slice(0, 10)}`;
};
