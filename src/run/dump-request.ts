// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { ON_REQUEST } from '../core/trigger.js';

/** What a trace does when it is asked to write what it has kept. */
export interface DumpRequest {
  /** Sets it. */
  handle(act: () => void): void;
}

/** SIGUSR2 to this process, which ends no trace: where nothing is kept it is told so. */
export class DumpSignal implements DumpRequest {
  #act: () => void = () => undefined;

  constructor() {
    process.on(ON_REQUEST, () => this.#act());
  }

  handle(act: () => void): void {
    this.#act = act;
  }
}
