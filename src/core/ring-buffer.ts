// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/** 1 GiB for each CPU; the kernel makes ring buffers of a power of two of pages. */
export const LARGEST_PAGE_COUNT = 2 ** 18;

const PAGE_BYTES = 4096;
/** Limit for the default buffers of all CPUs together. */
const BUDGET_BYTES = 64 * 1024 * 1024;
const MOST_PAGES = 4096;
/** Minimum size of a default buffer. */
export const LEAST_PAGES = 64;

/**
 * Default size of the ring buffer of each CPU, in pages: a power of two. 4096 pages (16 MiB) hold two million
 * events a second until V8 has compiled the formatting code, and most of a flood whose sender shares ipft's
 * CPU (figures in docs/backends.md); more than 4 CPUs share 64 MiB.
 */
export function automaticPageCount(cpus: number): number {
  const fair = BUDGET_BYTES / PAGE_BYTES / cpus;
  return Math.min(MOST_PAGES, Math.max(LEAST_PAGES, 2 ** Math.floor(Math.log2(fair))));
}
