/** Bounds how many bytes are in use at once; whoever does not fit waits, first come first served. */
export interface ByteGate {
  /** Resolves when there is room, with what gives it back; more than the capacity counts as all of it. */
  enter(bytes: number): Promise<() => void>;
}

/** A gate for so many bytes. */
export const createByteGate = (capacity: number): ByteGate => {
  const waiting: { readonly bytes: number; readonly go: () => void }[] = [];
  let free = capacity;

  const admit = (): void => {
    for (let next = waiting[0]; next && next.bytes <= free; next = waiting[0]) {
      waiting.shift();
      free -= next.bytes;
      next.go();
    }
  };

  return {
    enter: (wanted) => {
      const bytes = Math.min(wanted, capacity);
      return new Promise((resolve) => {
        let isInside = true;
        const leave = (): void => {
          if (!isInside) return;
          isInside = false;
          free += bytes;
          admit();
        };
        waiting.push({ bytes, go: () => resolve(leave) });
        admit();
      });
    },
  };
};
