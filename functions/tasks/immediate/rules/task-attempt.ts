/** One attempt of one round of an immediate task: all that a job says. */
export interface TaskAttempt {
  readonly id: number;
  readonly round: number;
  /** 1 is the first of its round. */
  readonly attempt: number;
}
