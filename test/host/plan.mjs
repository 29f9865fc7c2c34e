// Which tests run on which kernels. A test's folder in test/kernel says what it is about, and this file what follows from that.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { filesIn } from './bundle.mjs';

/** The slowest first. */
export const KERNELS = ['6.1', '5.10', '7.2', '6.12'];

/** `make test`: what differs between kernels on one without FPROBE and on one that has every backend, the rest on one. */
const SHORT = { differing: ['6.1', '7.2'], same: ['6.12'] };

/**
 * Folders: `differences`: what a kernel may do otherwise than another one; `behaviour`: ipft's own, the same on each; `alone`:
 * differences that change a guest for good, so that each file has a guest of its own; `icount`: figures, in a guest whose clock
 * counts instructions.
 */
const FOLDERS = [
  { folder: 'differences', short: SHORT.differing },
  { folder: 'behaviour', short: SHORT.same },
  { folder: 'alone', short: SHORT.differing, isAlone: true },
  { folder: 'icount', short: SHORT.same, isAlone: true, options: ['--icount'] },
];

/** All files of the kernel tier. */
export const kernelFiles = (root) => FOLDERS.flatMap(({ folder }) => filesIn(root, folder));

/** How long files take, as far as is known: as the last run has measured, else by their size. */
function estimate(root, known, kernel, file) {
  return known[`${kernel} ${file}`] ?? statSync(join(root, file)).size / 250;
}

/**
 * What is to be run in guests: for each kernel the files that share one, and those that have one of their own, the longest
 * first. `kernels` and `names` (parts of the files' names) limit it; with `all` everything runs on every kernel.
 */
export function planGuests(root, { all, kernels, names, known }) {
  const jobs = FOLDERS.flatMap(({ folder, short, isAlone = false, options = [] }) =>
    filesIn(root, folder)
      .filter((file) => names.length === 0 || names.some((name) => file.includes(name)))
      .flatMap((file) =>
        (kernels ?? (all ? KERNELS : short)).map((kernel) => {
          return { kernel, file, isAlone, options, seconds: estimate(root, known, kernel, file) };
        }),
      ),
  );
  return jobs.toSorted((left, right) => right.seconds - left.seconds);
}
