/** How items are joined into batches. */
export interface BatcherOptions<Item, Outcome> {
  readonly size: number;
  /** Batches that may run at the same time. */
  readonly parallel: number;
  /** How long the first item of an incomplete batch waits for others. */
  readonly windowMs: number;
  /** Gives one outcome for each item, in their order; a throw rejects every item of the batch. */
  readonly run: (items: readonly Item[]) => Promise<readonly Outcome[]>;
}

/** Joins items that arrive one at a time into batches. */
export interface Batcher<Item, Outcome> {
  /** Settles with the item's own outcome once its batch has run. */
  add(item: Item): Promise<Outcome>;
  /** From now on incomplete batches no longer wait for others. */
  flush(): void;
}

interface Waiting<Item, Outcome> {
  readonly item: Item;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: unknown) => void;
}

/** A {@link Batcher} that delivers in order of arrival. */
export const createBatcher = <Item, Outcome>(
  options: BatcherOptions<Item, Outcome>,
): Batcher<Item, Outcome> => {
  const { size, parallel, windowMs, run } = options;
  const waiting: Waiting<Item, Outcome>[] = [];
  let running = 0;
  let hurried = false;
  let windowIsOver = false;
  let timer: NodeJS.Timeout | undefined;

  const runBatch = async (batch: readonly Waiting<Item, Outcome>[]): Promise<void> => {
    running += 1;
    try {
      const outcomes = await run(batch.map(({ item }) => item));
      batch.forEach(({ resolve }, index) => {
        resolve(outcomes[index] as Outcome);
      });
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
    running -= 1;
    startDue();
  };

  const startDue = (): void => {
    while (running < parallel && waiting.length > 0 && (waiting.length >= size || hurried || windowIsOver)) {
      void runBatch(waiting.splice(0, size));
    }
    if (waiting.length > 0) return;
    clearTimeout(timer);
    timer = undefined;
    windowIsOver = false;
  };

  const add = (item: Item): Promise<Outcome> =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      timer ??= setTimeout(() => {
        windowIsOver = true;
        startDue();
      }, windowMs);
      startDue();
    });

  return {
    add,
    flush: () => {
      hurried = true;
      startDue();
    },
  };
};
