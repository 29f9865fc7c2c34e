// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { HOME } from '../home.js';
import { run } from '../kernel/system.js';

const TOPOLOGY = join(HOME, 'lab/net/numbers');
const PROGRAM = join(HOME, 'test/support/numbered/send.py');

/** Numbers of packets, the last one included. */
export interface Burst {
  readonly first: number;
  readonly last: number;
}

/** lab/net/numbers with send.py between its namespaces. */
export class NumberedSender {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string, undefined>;
  #said = '';

  private constructor() {
    this.#child = spawn('python3', [PROGRAM]);
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => (this.#said += text));
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  static async start(): Promise<NumberedSender> {
    run(TOPOLOGY, 'up');
    const sender = new NumberedSender();
    await sender.#line();
    return sender;
  }

  /** Sends a packet of each kind each way; resolves when they are received. */
  async burst(): Promise<Burst> {
    this.#child.stdin.write('\n');
    const [first = NaN, last = NaN] = (await this.#line()).split(' ').map(Number);
    return { first, last };
  }

  async #line(): Promise<string> {
    const next = await this.#lines.next();
    if (next.done === true) throw new Error(`send.py: ${this.#said}`);
    return next.value;
  }

  async end(): Promise<void> {
    this.#child.stdin.end();
    if (this.#child.exitCode === null) await once(this.#child, 'exit');
    run(TOPOLOGY, 'down');
  }
}
