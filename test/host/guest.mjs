// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// A guest kernel that runs files of tests, one after the other: lab/vm with the runner of test/guest in it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { inSources } from './stack.mjs';

/** A guest for all files of a kernel, at most; lab/vm kills it then. */
const LIFE_SECONDS = 4800;
/** A file that takes longer hangs. */
const FILE_MS = 1_500_000;
/** lab/vm tries three times, 120 s each. */
const BOOT_MS = 400_000;
/** lab/vm ends by itself within seconds, once its command has. */
const END_MS = 60_000;

export class Guest {
  #child;
  #messages;
  #ended;
  #stderr = '';
  #tell;

  /** `tell(text)`: what tests print. `options`: of lab/vm. */
  constructor(root, kernel, runner, options, tell) {
    this.root = root;
    this.#tell = tell;
    const args = [kernel, '--stdin', '--timeout', `${LIFE_SECONDS}`, ...options, '--', 'node', runner];
    this.#child = spawn('lab/vm', args, { cwd: root, stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child.stderr.setEncoding('utf8').on('data', (text) => {
      this.#stderr = (this.#stderr + text).slice(-8000);
      tell(text);
    });
    this.#child.stdin.on('error', () => undefined); // it has died, which the end of its messages tells
    this.#ended = once(this.#child, 'close');
    this.#messages = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** The next message but for what tests print, which is passed on; throws if there is none in time. */
  async #next(limit, onTest = () => undefined) {
    const deadline = Date.now() + limit;
    for (;;) {
      const message = await this.#message(deadline - Date.now());
      if (message.kind === 'log') this.#tell(`${message.text}\n`);
      else if (message.kind === 'test') onTest(message.status);
      else return message;
    }
  }

  async #message(ms) {
    let timer;
    const late = new Promise((resolve) => (timer = setTimeout(resolve, ms, 'late')));
    const next = await Promise.race([this.#messages.next(), late]);
    clearTimeout(timer);
    if (next === 'late') throw new Error('nothing came of it in time: the guest was killed');
    if (next.done) throw new Error(`the guest ended: ${this.#said()}`);
    return JSON.parse(next.value);
  }

  /** Resolves when the runner in it is ready; throws if it does not come to that. */
  async boot() {
    await this.#next(BOOT_MS);
  }

  /** Runs a file of tests. Throws if the guest dies of it. `onTest` is called with the state of each test that has ended. */
  async run(file, onTest) {
    this.#child.stdin.write(`${file}\n`);
    const { report, unhandled } = await this.#next(FILE_MS, onTest);
    const plain = (text) => inSources(text, this.root);
    const assertionResults = report.assertionResults.map((test) => {
      return { ...test, failureMessages: test.failureMessages.map(plain) };
    });
    return {
      report: { ...report, message: plain(report.message), assertionResults },
      unhandled: unhandled.map(plain),
    };
  }

  /** Ends it in good order. Throws if it does not come to that. */
  async end() {
    this.#child.stdin.end();
    if (!(await this.#isOver())) throw new Error('it does not end');
    if (this.#child.exitCode !== 0) throw new Error(`it ended with ${this.#child.exitCode}: ${this.#said()}`);
  }

  /** QEMU dies with lab/vm, whatever becomes of it. */
  async kill() {
    this.#child.kill('SIGTERM');
    if (!(await this.#isOver())) this.#child.kill('SIGKILL');
  }

  async #isOver() {
    const waiting = new AbortController();
    const late = delay(END_MS, false, { signal: waiting.signal }).catch(() => false);
    const isOver = await Promise.race([this.#ended.then(() => true), late]);
    waiting.abort();
    return isOver;
  }

  #said() {
    return this.#stderr.trim().split('\n').slice(-20).join('\n');
  }
}
