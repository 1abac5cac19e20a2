/** Things to stop, in the reverse order of their start. */
export interface UndoStack {
  readonly push: (undo: () => Promise<void>) => void;
  /** Undoes everything once; a failing step is reported and does not keep the others from running. */
  readonly unwind: () => Promise<void>;
}

/** An empty stack; `report` receives what a step threw. */
export const createUndoStack = (report: (error: unknown) => void): UndoStack => {
  const steps: (() => Promise<void>)[] = [];
  let unwinding: Promise<void> | undefined;
  const run = async (): Promise<void> => {
    for (let undo = steps.pop(); undo; undo = steps.pop()) await undo().catch(report);
  };
  return {
    push: (undo) => {
      steps.push(undo);
    },
    unwind: () => {
      unwinding ??= run();
      return unwinding;
    },
  };
};
