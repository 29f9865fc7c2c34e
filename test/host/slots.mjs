// Runs what is to be run side by side: a guest on each core, which takes files of tests from a queue until it is empty, and beside
// them the commands of this machine, which wait more than they work. A guest that is through leaves its core to the next kernel's
// files.
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
   * that was run, `time(part)` of what took how long, `log(kernel, text)` of what tests print.
   */
  constructor({ root, runner, width, steps, jobs, progress, sink }) {
    Object.assign(this, { root, runner, width, progress, sink });
    this.#steps = [...steps];
    this.#jobs = [...jobs];
  }

  async run() {
    const guests = Array.from({ length: this.width }, (_, slot) => this.#guests(slot));
    await Promise.all([this.#allSteps('host'), ...guests]);
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
    const share = ([kernel, seconds]) => {
      const guests = this.#active.get(kernel) ?? 0;
      return guests > 0 && seconds < WORTH_A_BOOT ? 0 : seconds / (guests + 1);
    };
    const [best] = [...left].filter((entry) => share(entry) > 0).toSorted((a, b) => share(b) - share(a));
    const job = best === undefined ? undefined : shared.find(({ kernel }) => kernel === best[0]);
    return this.#take(job ?? this.#jobs.find(({ isAlone }) => isAlone));
  }

  #take(job) {
    if (job !== undefined) this.#jobs.splice(this.#jobs.indexOf(job), 1);
    return job;
  }

  /** One guest: the job, and if that can share it all others of its kernel that no other guest has taken by then. */
  async #guest(slot, first) {
    const { kernel, isAlone, options } = first;
    const began = Date.now();
    this.#active.set(kernel, (this.#active.get(kernel) ?? 0) + 1);
    this.progress.begin(slot, `${kernel}: boot`);
    const guest = new Guest(this.root, kernel, this.runner, options, (text) => this.sink.log(kernel, text));
    let job = first;
    try {
      await guest.boot();
      this.progress.begin(slot, `${kernel} ${first.file}`);
      this.sink.time({ tier: `guest ${kernel}`, what: 'boot', seconds: (Date.now() - began) / 1000 });
      while (job !== undefined) {
        await this.#file(slot, guest, job);
        job = isAlone
          ? undefined
          : this.#take(this.#jobs.find((each) => each.kernel === kernel && !each.isAlone));
      }
      await guest.end();
    } catch (error) {
      await guest.kill();
      // What a guest dies of is not tried again: it may be what is to be found.
      if (job !== undefined) this.#report(slot, job, unrun(job.file, error.message), true);
    } finally {
      this.#active.set(kernel, this.#active.get(kernel) - 1);
    }
  }

  async #file(slot, guest, job) {
    this.progress.begin(slot, `${job.kernel} ${job.file}`);
    const { report, unhandled } = await guest.run(job.file, (state) => this.progress.test(slot, state));
    if (unhandled.length > 0)
      Object.assign(report, {
        status: 'failed',
        message: `errors that no test threw: ${unhandled.join('\n')}`,
      });
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
