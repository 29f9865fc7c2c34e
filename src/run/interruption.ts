import { constants } from 'node:os';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Signals that end the trace. The first one is announced, the second one ends the process at once. */
export class Interruption {
  /** Resolves on the first signal. */
  readonly first: Promise<void>;
  #seen = false;
  #announce: () => void = () => undefined;
  #beforeLeaving: () => void = () => undefined;

  constructor() {
    this.first = new Promise((resolve) => (this.#announce = resolve));
    for (const signal of SIGNALS) process.on(signal, this.#handle);
  }

  /** What to do before the second signal ends the process. */
  beforeLeaving(action: () => void): void {
    this.#beforeLeaving = action;
  }

  // The keeper sees the end of its stdin when ipft is gone, and detaches by itself.
  readonly #handle = (signal: NodeJS.Signals): void => {
    if (this.#seen) {
      this.#beforeLeaving();
      process.exit(128 + constants.signals[signal]);
    }
    this.#seen = true;
    this.#announce();
  };
}
