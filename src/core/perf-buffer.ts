const PAGE_BYTES = 4096;
/** All buffers together, where there are many CPUs. */
const BUDGET_BYTES = 64 * 1024 * 1024;
const MOST_PAGES = 1024;
const LEAST_PAGES = 64;

/**
 * Pages of perf buffer for each CPU when none are asked for: a power of two. 1024 of them (4 MiB) took in as many events a
 * second as any larger buffer does when its reader keeps up, and outlast a reader that stalls for some 10 ms
 * (docs/backends.md has the figures); many CPUs share 64 MiB.
 */
export function automaticPageCount(cpus: number): number {
  const fair = BUDGET_BYTES / PAGE_BYTES / cpus;
  return Math.min(MOST_PAGES, Math.max(LEAST_PAGES, 2 ** Math.floor(Math.log2(fair))));
}
