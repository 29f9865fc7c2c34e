// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// Runs what is to be run side by side: a guest on each core, which takes files of tests from a queue until it is empty, and beside
// them the commands of this machine, and when these are through one guest more: each waits for a fifth of its time. A guest that is
// through leaves its place to the next kernel's files.
import { Guest } from './guest.mjs';
import { countsOf, unrun } from './report.mjs';

/** A second guest for the same kernel is worth its boot if so much is left, in seconds. */
const WORTH_A_BOOT = 40;

export class Slots {
  #steps;
  #jobs;
  #active = new Map();

  /**
   * `steps`: `{ name, seconds, run() }` of this machine. `jobs`: of planGuests(). `sink`: `file(job, report)` is told of each file
   * that was run, `fail(what, why)` of what failed beside them, `time(part)` of what took how long, `log(kernel, text)` of what tests print.
   */
  constructor({ root, runner, width, steps, jobs, progress, sink }) {
    Object.assign(this, { root, runner, width, progress, sink });
    this.#steps = [...steps];
    this.#jobs = [...jobs];
  }

  async run() {
    const guests = Array.from({ length: this.width }, (_, slot) => this.#guests(slot));
    const further = this.#allSteps('host').then(() => this.#guests(this.width));
    await Promise.all([further, ...guests]);
    for (const job of this.#jobs) this.sink.file(job, unrun(job.file, 'it was not run'));
  }

  async #allSteps(slot) {
    for (const step of this.#steps) await this.#step(slot, step);
  }

  async #guests(slot) {
    for (let job = this.#next(); job !== undefined; job = this.#next()) await this.#guest(slot, job);
  }

  async #step(slot, { name, seconds, run }) {
    const began = Date.now();
    this.progress.begin(slot, name);
    const counts = await run();
    this.progress.end(slot, counts, seconds);
    this.sink.time({ tier: name.split(':')[0], what: name, seconds: (Date.now() - began) / 1000 });
  }

  /** The first file of the next guest: of the kernel of which most is left for each guest that it would then have. */
  #next() {
    const shared = this.#jobs.filter(({ isAlone }) => !isAlone);
    const left = new Map();
    for (const { kernel, seconds } of shared) left.set(kernel, (left.get(kernel) ?? 0) + seconds);
    const guests = (kernel) => this.#active.get(kernel) ?? 0;
    const [best] = [...left]
      .filter(([kernel, seconds]) => guests(kernel) === 0 || seconds > WORTH_A_BOOT)
      .map(([kernel, seconds]) => ({ kernel, share: seconds / (guests(kernel) + 1) }))
      .toSorted((one, other) => other.share - one.share);
    if (best !== undefined) return this.#take(shared.find(({ kernel }) => kernel === best.kernel));
    return this.#take(this.#jobs.find(({ isAlone }) => isAlone));
  }

  #take(job) {
    if (job !== undefined) this.#jobs.splice(this.#jobs.indexOf(job), 1);
    return job;
  }

  /** The next file for a guest that has run this one. */
  #following({ kernel, isAlone }) {
    return isAlone ? undefined : this.#take(this.#jobs.find((job) => job.kernel === kernel && !job.isAlone));
  }

  /** One guest: the job, and if that can share it all others of its kernel that no other guest has taken by then. */
  async #guest(slot, first) {
    const { kernel, isAlone, options } = first;
    const count = (change) => this.#active.set(kernel, (this.#active.get(kernel) ?? 0) + change);
    if (!isAlone) count(1);
    const guest = new Guest(this.root, kernel, this.runner, options, (text) => this.sink.log(kernel, text));
    try {
      if (await this.#boot(slot, guest, first)) await this.#files(slot, guest, first);
    } finally {
      if (!isAlone) count(-1);
    }
  }

  /** False if it does not boot, in three tries of lab/vm: nothing of that kernel can be run then. */
  async #boot(slot, guest, { kernel, file }) {
    const began = Date.now();
    this.progress.begin(slot, `${kernel}: boot`);
    try {
      await guest.boot();
    } catch (error) {
      await guest.kill();
      const others = this.#jobs.filter((job) => job.kernel === kernel);
      for (const job of [{ kernel, file, isAgain: true }, ...others])
        this.sink.file(job, unrun(job.file, `it was not run, as no guest boots: ${error.message}`));
      this.#jobs = this.#jobs.filter((job) => job.kernel !== kernel);
      this.progress.end(slot, { passed: 0, failed: 1 + others.length, skipped: 0 }, 0);
      return false;
    }
    this.sink.time({ tier: `guest ${kernel}`, what: 'boot', seconds: (Date.now() - began) / 1000 });
    return true;
  }

  async #files(slot, guest, first) {
    let job = first;
    try {
      for (; job !== undefined; job = this.#following(job)) await this.#file(slot, guest, job);
    } catch (error) {
      await guest.kill();
      // What a guest dies of is not tried again: it may be what is to be found.
      this.#report(slot, job, unrun(job.file, error.message), true);
      return;
    }
    try {
      await guest.end();
    } catch (error) {
      await guest.kill();
      this.sink.fail(`a guest of ${first.kernel} after its last file`, error.message);
    }
  }

  async #file(slot, guest, job) {
    this.progress.begin(slot, `${job.kernel} ${job.file}`);
    const { report, unhandled } = await guest.run(job.file, (state) => this.progress.test(slot, state));
    if (unhandled.length > 0) {
      const errors = `errors that no test threw: ${unhandled.join('\n')}`;
      Object.assign(report, { status: 'failed', message: [report.message, errors].join('\n').trim() });
    }
    this.#report(slot, job, report, unhandled.length > 0);
  }

  /** A file that fails is run once more in a guest that nothing was run in, unless that is no use. */
  #report(slot, job, report, isFinal) {
    this.progress.end(slot, countsOf([report]), job.seconds);
    const seconds = (report.endTime - report.startTime) / 1000;
    this.sink.time({ tier: `guest ${job.kernel}`, what: job.file, seconds });
    this.sink.file(job, report);
    if (report.status === 'failed' && !isFinal && job.isAgain !== true)
      this.#jobs.push({ ...job, isAlone: true, isAgain: true });
  }
}
