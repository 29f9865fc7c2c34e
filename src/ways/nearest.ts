// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { align, differencesIn, distanceOf, type Difference } from './align.js';
import { packetsIn, type DropEnd, type PathClass, type PathClasses, type Role } from './classes.js';
import type { Latency } from './histogram.js';

/** A way that several packets took. */
export interface PathReport {
  readonly packets: number;
  /** of the packets of the role, from 0 to 1 */
  readonly share: number;
  /** false: the ends of these packets were not seen */
  readonly complete: boolean;
  /** where and why they were dropped; [] if they were not */
  readonly drops: readonly DropEnd[];
  /** how long they were seen, ns */
  readonly latency: Latency;
  /** numbers of the first of them */
  readonly examples: readonly number[];
  readonly functions: readonly string[];
  /** further functions were called, which --summarize did not keep */
  readonly cut: boolean;
  /** when one of them called these functions, ns since its first event; null: it is not known */
  readonly times_ns: readonly number[] | null;
  /** the more frequent way that it is most like, as its place in the list; null: it is like none of them */
  readonly nearest: number | null;
  /** from that way (`left`) to this one (`right`) */
  readonly differences: readonly Difference[];
}

/** The ways of packets that are the same to their parents. */
export interface RoleReport extends Role {
  readonly packets: number;
  /** number of ways, those that are not listed included */
  readonly ways: number;
  /** the most frequent first */
  readonly paths: readonly PathReport[];
}

/** More frequent ways that one is compared with. */
const MOST_COMPARED = 16;

/** The one of the more frequent classes from which least has to be changed; null: more than half would have to be. */
function nearestOf(
  { functions }: PathClass,
  frequent: readonly PathClass[],
): Pick<PathReport, 'nearest' | 'differences'> {
  let least = Infinity;
  let found: Pick<PathReport, 'nearest' | 'differences'> = { nearest: null, differences: [] };
  for (const [nearest, other] of frequent.slice(0, MOST_COMPARED).entries()) {
    const stretches = align(other.functions, functions);
    const distance = distanceOf(stretches);
    if (distance >= least || distance > (other.functions.length + functions.length) / 2) continue;
    least = distance;
    found = { nearest, differences: differencesIn(stretches, other.functions, functions) };
  }
  return found;
}

function roleReport(classes: readonly PathClass[], top: number): RoleReport | null {
  const [first] = classes;
  if (first === undefined) return null;
  const packets = packetsIn(classes);
  const paths = classes.slice(0, top).map((each, place): PathReport => {
    const { drops, isComplete, isCut, times, latency, examples, functions } = each;
    const share = latency.count / packets;
    const shown = { packets: latency.count, share, complete: isComplete, drops, latency: latency.latency() };
    const calls = { functions, cut: isCut, times_ns: times };
    return { ...shown, examples, ...calls, ...nearestOf(each, classes.slice(0, place)) };
  });
  return { ...first.role, packets, ways: classes.length, paths };
}

/** The ways by role; of each role the `top` most frequent. */
export const rolesIn = (classes: PathClasses, top: number): RoleReport[] =>
  classes.byRole().flatMap((each) => roleReport(each, top) ?? []);
