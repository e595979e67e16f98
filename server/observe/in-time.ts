/** Asks something that may be away without waiting for it for ever. */

/** What is answered within a time, in milliseconds; null where nothing is, or an error. */
export function inTime<T>(ask: () => PromiseLike<T>, ms: number): Promise<{ readonly answer: T } | null> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(null), ms);
    const tell = (told: { readonly answer: T } | null): void => {
      clearTimeout(timer);
      resolve(told);
    };
    ask().then(
      (answer) => tell({ answer }),
      () => tell(null),
    );
  });
}
