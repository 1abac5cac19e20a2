/** One job as a function sees it: a record of the SQS batch shape. */
export interface BatchRecord {
  /** The id of the job. */
  readonly messageId: string;
  /** The job's data as JSON. */
  readonly body: string;
  readonly attributes: { readonly ApproximateReceiveCount: string };
  readonly messageAttributes: { readonly name: string };
  readonly eventSource: 'bullmq:redis';
  /** The name of the queue. */
  readonly eventSourceARN: string;
}

/** What a queue-triggered function is called with. */
export interface BatchEvent {
  readonly Records: readonly BatchRecord[];
}

/** A job of the batch that did not succeed. */
export interface BatchItemFailure {
  /** `messageId` of the record. */
  readonly itemIdentifier: string;
  readonly reason?: string;
  /** True when running the job again cannot help. */
  readonly unrecoverable?: boolean;
  /** The job came too early: it is delivered again after this time, and that is no failed attempt. */
  readonly retryAfterMs?: number;
}

/** The answer of a queue-triggered function; jobs that it does not name have succeeded. */
export interface BatchResult {
  readonly batchItemFailures: readonly BatchItemFailure[];
}
