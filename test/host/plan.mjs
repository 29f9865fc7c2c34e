// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// Which tests run on which kernels. A test's folder in test/kernel says what it is about, and this file what follows from that.
import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** The slowest first. */
const KERNELS_HERE = ['6.1', '5.10', '7.2', '6.12'];

/** Of another architecture, on which `make test-all` runs what differs between kernels. */
const FOREIGN_KERNELS = ['6.12-arm64', '7.2-arm64'];

export const KERNELS = [...FOREIGN_KERNELS, ...KERNELS_HERE];

/** On these only the smoke test runs, and what else `--kernel` asks for. */
export const FURTHER_KERNELS = ['6.18', '7.3'];

/** `make test`: what differs between kernels on one without FPROBE and on one with it, the quickest of each. */
const DIFFERING = ['5.10', '6.12'];

/** What tests of a few minutes look at, to do all that they can. */
const ALL = ['--env', 'IPFT_TEST_ALL=1'];

/** More of the kernel's command line. */
const booted = (append) => ({ isAlone: true, options: ['--append', append] });

/** CPUs: `count` of them, of which `online` are at first. */
const withCpus = (count, online = count) => {
  const { options, ...alone } = booted(`maxcpus=${online}`);
  return { ...alone, options: ['--cpus', `${count}`, ...options] };
};

/**
 * Folders, which run in `make test` on the kernels `short`, and in `make test-all` on `every`: `differences`: what a kernel may do otherwise than another one; `behaviour`: ipft's own, the same on each; `tracepoints`: the native tier's; `alone`:
 * differences that change a guest for good, so that each file has a guest of its own; `uninitialised`, `poisoned`: in a guest whose
 * memory has what was there before, or which fills what is freed; `cpus`, `many-cpus`: with 8 of 64 CPUs online, and with all of them;
 * `icount`: figures, in a guest whose clock counts instructions; `smoke`: on kernels between and after the others, too.
 */
const FOLDERS = [
  { folder: 'differences', short: DIFFERING, every: KERNELS },
  { folder: 'behaviour', short: ['7.2'], every: ['7.2'] },
  { folder: 'tracepoints', short: ['7.2'], every: KERNELS },
  { folder: 'alone', short: DIFFERING, isAlone: true },
  { folder: 'uninitialised', short: ['6.12'], ...booted('init_on_alloc=0') },
  { folder: 'poisoned', short: DIFFERING, ...booted('slub_debug=P') },
  { folder: 'cpus', short: ['6.12'], ...withCpus(64, 8) },
  { folder: 'many-cpus', short: [], ...withCpus(64) },
  { folder: 'smoke', short: [], every: [...KERNELS_HERE, ...FURTHER_KERNELS] },
  { folder: 'icount', short: ['6.12'], isAlone: true, options: ['--icount'] },
];

const TIER = 'test/kernel';

/** All files of the kernel tier. Throws for one that no folder says where to run. */
export function kernelFiles(root) {
  const files = readdirSync(join(root, TIER), { recursive: true })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => `${TIER}/${name}`);
  const known = FOLDERS.map(({ folder }) => `${TIER}/${folder}`);
  const lost = files.filter((file) => !known.includes(dirname(file)));
  if (lost.length > 0)
    throw new Error(`${lost.join(', ')}: tests are in ${known.join(', ')}; see test/README.md`);
  return files;
}

/** How long a file takes, s, as far as is known: as it was measured last, else by its size. */
const estimate = (root, known, kernel, file) =>
  Math.max(1, known[`${kernel} ${file}`] ?? statSync(join(root, file)).size / 250);

/** The files whose names have one of `names`; all if there are none. Throws for a name that no file has. */
function selected(files, names) {
  const matching = (name) => files.filter((file) => basename(file).includes(name));
  const unknown = names.find((name) => matching(name).length === 0);
  if (unknown !== undefined) throw new Error(`no file of ${TIER} has '${unknown}' in its name`);
  return names.length === 0
    ? files
    : files.filter((file) => names.some((name) => matching(name).includes(file)));
}

/**
 * What is to be run in guests: for each kernel the files that share one, and those that have one of their own, the longest
 * first. `kernels` and `names` (parts of the files' names) limit it; with `all` everything runs on every kernel.
 */
export function planGuests(root, { all, kernels, names, known }) {
  const jobs = selected(kernelFiles(root), names).flatMap((file) => {
    const {
      short,
      every = KERNELS_HERE,
      isAlone = false,
      options = [],
    } = FOLDERS.find(({ folder }) => dirname(file) === `${TIER}/${folder}`);
    return (kernels ?? (all ? every : short)).map((kernel) => {
      const isWhole = all || names.length > 0;
      return {
        ...{ kernel, file, isAlone, options: isWhole ? [...options, ...ALL] : options },
        seconds: estimate(root, known, kernel, file),
      };
    });
  });
  return jobs.toSorted((left, right) => right.seconds - left.seconds);
}
