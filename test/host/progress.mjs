// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// Says while tests run what was run and what runs, and at the end where the time went.

/** Without a terminal, how often it is said what runs. */
const QUIET_MS = 60_000;
const TERMINAL_MS = 1000;
const SLOWEST = 10;

const clock = (ms) => {
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
};

const short = (file) => file.replace(/^test\/kernel\//, '').replace(/\.test\.ts$/, '');

export class Progress {
  #began = Date.now();
  #passed = 0;
  /** estimated seconds of what has ended, and what it took */
  #estimated = 0;
  #took = 0;
  #left = 0;
  /** what runs now, by slot */
  #current = new Map();
  #said = Date.now();
  #terminal = process.stdout.isTTY === true;
  #timer;

  /** `seconds`: the estimates of all that will be run, by several at once (`width`). */
  constructor(seconds, width) {
    this.#left = seconds;
    this.width = width;
    this.#timer = setInterval(() => this.#show(), TERMINAL_MS);
    this.#timer.unref();
  }

  line(text) {
    if (this.#terminal) process.stdout.write('\r\x1b[K');
    process.stdout.write(`${text}\n`);
    this.#said = Date.now();
  }

  begin(slot, what) {
    this.#current.set(slot, { what, began: Date.now(), passed: 0 });
  }

  /** A test of what runs in the slot has ended. */
  test(slot, state) {
    const current = this.#current.get(slot);
    if (current !== undefined && state === 'pass') current.passed++;
  }

  /** What ran in the slot has ended: its counts and how long it was thought to take. */
  end(slot, { passed, failed, skipped }, estimate) {
    const { what, began } = this.#current.get(slot);
    this.#current.delete(slot);
    const ms = Date.now() - began;
    this.#passed += passed;
    this.#left -= estimate;
    this.#estimated += estimate;
    this.#took += ms / 1000;
    const counts = [
      `${passed} passed`,
      ...(failed > 0 ? [`${failed} FAILED`] : []),
      ...(skipped > 0 ? [`${skipped} skipped`] : []),
    ];
    this.line(
      `${clock(Date.now() - this.#began).padStart(6)}  ${short(what).padEnd(36)} ${counts.join(', ')} (${(ms / 1000).toFixed(0)} s)${this.#remaining()}`,
    );
  }

  #remaining() {
    if (this.#left <= 0 || this.#estimated === 0) return '';
    const seconds = (this.#left * this.#took) / this.#estimated / this.width;
    return `; about ${Math.ceil(seconds / 60)} min left`;
  }

  #show() {
    const running = [...this.#current.values()].map(
      ({ what, began, passed }) => `${short(what)}: ${passed} passed, ${clock(Date.now() - began)}`,
    );
    if (running.length === 0) return;
    const text = `${clock(Date.now() - this.#began).padStart(6)}  now ${running.join(' | ')}; ${this.#passed} passed${this.#remaining()}`;
    if (this.#terminal) process.stdout.write(`\r\x1b[K${text.slice(0, (process.stdout.columns ?? 80) - 1)}`);
    else if (Date.now() - this.#said > QUIET_MS) this.line(text);
  }

  stop() {
    clearInterval(this.#timer);
    if (this.#terminal) process.stdout.write('\r\x1b[K');
  }
}

/** Where the time went. `parts`: `{ tier, what, seconds }` of all that ran; `isPart`: within another one. */
export function timeTable(parts, wallSeconds) {
  const sums = new Map();
  for (const { tier, seconds, isPart } of parts)
    if (isPart !== true) sums.set(tier, (sums.get(tier) ?? 0) + seconds);
  const rows = [...sums].map(([tier, seconds]) => `  ${tier.padEnd(28)} ${seconds.toFixed(0).padStart(5)} s`);
  const slowest = parts
    .filter(({ what }) => what.endsWith('.test.ts'))
    .toSorted((left, right) => right.seconds - left.seconds)
    .slice(0, SLOWEST)
    .map(
      ({ what, tier, seconds }) =>
        `  ${`${short(what)}, ${tier}`.padEnd(52)} ${seconds.toFixed(0).padStart(5)} s`,
    );
  return [
    `Time: ${clock(wallSeconds * 1000)}; by tier and guest:`,
    ...rows,
    'The slowest files:',
    ...slowest,
  ].join('\n');
}
