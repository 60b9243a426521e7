/** @file Ctrl-C: the first asks the work to stop at the next safe point, the second stops at once. */

/** What this needs of `process`. */
export interface Signals {
  on(signal: "SIGINT" | "SIGTERM", listener: () => void): unknown;
  off(signal: "SIGINT" | "SIGTERM", listener: () => void): unknown;
  exit(code: number): void;
}

/** 128 + SIGINT, as shells have it. */
export const INTERRUPTED = 130;

/** Runs `work` with a signal that the first Ctrl-C aborts. @param onStop called then, to say that it was heard. */
export async function interruptible<T>(
  signals: Signals,
  work: (signal: AbortSignal) => Promise<T>,
  onStop: () => void,
): Promise<T> {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) {
      signals.exit(INTERRUPTED);
      return;
    }
    controller.abort();
    onStop();
  };
  signals.on("SIGINT", stop);
  signals.on("SIGTERM", stop);
  try {
    return await work(controller.signal);
  } finally {
    signals.off("SIGINT", stop);
    signals.off("SIGTERM", stop);
  }
}
