// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { constants } from 'node:os';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Signals that end a trace. */
export interface Interruptions {
  /** Resolves on the first signal. */
  readonly first: Promise<NodeJS.Signals>;
  /** The first signal; null if none has come. */
  readonly signal: NodeJS.Signals | null;
  /** Sets what to do before a second signal ends the process. */
  beforeLeaving(action: () => void): void;
}

/** Handles signals to this process. The first one is announced, the second one ends the process at once. */
export class Interruption implements Interruptions {
  readonly first: Promise<NodeJS.Signals>;
  #signal: NodeJS.Signals | null = null;
  #announce: (signal: NodeJS.Signals) => void = () => undefined;
  #beforeLeaving: () => void = () => undefined;

  constructor() {
    this.first = new Promise((resolve) => (this.#announce = resolve));
    for (const signal of SIGNALS) process.on(signal, this.#handle);
  }

  get signal(): NodeJS.Signals | null {
    return this.#signal;
  }

  beforeLeaving(action: () => void): void {
    this.#beforeLeaving = action;
  }

  // The keeper sees the end of its stdin when ipft exits, and detaches by itself.
  readonly #handle = (signal: NodeJS.Signals): void => {
    if (this.#signal !== null) {
      this.#beforeLeaving();
      process.exit(128 + constants.signals[signal]);
    }
    this.#signal = signal;
    this.#announce(signal);
  };
}
