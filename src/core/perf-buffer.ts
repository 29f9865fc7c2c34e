// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/** mmap(2) of a perf buffer takes a power of two of pages; these are 1 GiB for each CPU. */
export const LARGEST_PAGE_COUNT = 2 ** 18;

const PAGE_BYTES = 4096;
/** All buffers together, where there are many CPUs. */
const BUDGET_BYTES = 64 * 1024 * 1024;
const MOST_PAGES = 4096;
/** Of a buffer that nobody gave a size. */
export const LEAST_PAGES = 64;

/**
 * Pages of perf buffer for each CPU when none are asked for: a power of two. 4096 of them (16 MiB) hold two million events a
 * second until V8 has compiled what formats them, and most of a flood whose sender shares ipft's CPU (docs/backends.md has the
 * figures); more than 4 CPUs share 64 MiB.
 */
export function automaticPageCount(cpus: number): number {
  const fair = BUDGET_BYTES / PAGE_BYTES / cpus;
  return Math.min(MOST_PAGES, Math.max(LEAST_PAGES, 2 ** Math.floor(Math.log2(fair))));
}
