/** One attempt of a run of a scheduled task: all that a job says. */
export interface RunAttempt {
  readonly id: number;
  /** 1 is the first. */
  readonly attempt: number;
}

/** The name of a run towards everybody else: logs, webhooks and mails. */
export const runName = ({ id }: Pick<RunAttempt, 'id'>): string => `run-${id}`;

/** Whether a text is the name of some run, exactly. */
export const isRunName = (text: string): boolean => /^run-[1-9][0-9]{0,19}$/.test(text);
