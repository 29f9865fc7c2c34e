// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// What a guest's channels carry: bytes up to an end mark, lines, and the console's last lines.
import { Transform } from 'node:stream';

/** Passes bytes on unaltered up to the end mark that lab/guest/run puts behind the last one. */
export class UntilMark extends Transform {
  #mark;
  #held = Buffer.alloc(0);
  #done = false;

  constructor(mark) {
    super();
    this.#mark = Buffer.from(mark);
    this.ended = new Promise((resolve) => (this.resolveEnded = resolve));
  }

  _transform(chunk, _encoding, done) {
    const bytes = this.#held.length > 0 ? Buffer.concat([this.#held, chunk]) : chunk;
    const held = this.#markedBytes(bytes);
    this.push(bytes.subarray(0, bytes.length - held));
    this.#held = Buffer.from(bytes.subarray(bytes.length - held));
    if (!this.#done && held === this.#mark.length) {
      this.#done = true;
      this.#held = Buffer.alloc(0);
      this.resolveEnded();
    }
    done();
  }

  // How many bytes at the end may be the start of the mark: only those wait for what comes behind them.
  #markedBytes(bytes) {
    let count = Math.min(bytes.length, this.#mark.length);
    while (count > 0 && !bytes.subarray(bytes.length - count).equals(this.#mark.subarray(0, count))) count--;
    return count;
  }

  // The guest died: what was held back was no mark.
  _flush(done) {
    this.resolveEnded();
    done(null, this.#held);
  }
}

/** Calls onLine for each line of a stream. */
export function readLines(stream, onLine) {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop();
    lines.forEach((line) => onLine(line.replace(/\r$/, '')));
  });
}

/** Keeps the last lines of a stream, for the report when a guest dies. */
export class Tail {
  #lines = [];

  constructor(limit) {
    this.limit = limit;
  }

  add(line) {
    this.#lines.push(line);
    if (this.#lines.length > this.limit) this.#lines.shift();
  }

  toString() {
    return this.#lines.map((line) => `  | ${line}\n`).join('');
  }
}
