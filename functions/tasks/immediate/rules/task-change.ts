import type { Failure } from '../../attempts/rules/failure.ts';

/** The states of an immediate task. */
export type TaskStatus = 'Enqueued' | 'Completed' | 'Failed';

/** What an administrator's change of status does to a task. */
export type Move = 'none' | 'restart' | 'finish';

/** `wanted` is undefined when the change does not name a status. */
export const moveOf = (present: TaskStatus, wanted: TaskStatus | undefined): Move => {
  if (wanted === undefined || wanted === present) return 'none';
  return wanted === 'Enqueued' ? 'restart' : 'finish';
};

/** The error of a task that an administrator ends without giving one. */
export const CANCELLED: Failure = { code: 'cancelled', detail: 'by an administrator' };

/** What is wrong with an attempt whose task was changed under it. */
export const OVERTAKEN: Failure = { code: 'interrupted', detail: 'the task was changed meanwhile' };

const HIDDEN = '[hidden]';

/** The variables of a content as administrators see them. */
export const hideVariables = (variables: readonly string[]): string[] => variables.map(() => HIDDEN);
