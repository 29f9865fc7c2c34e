// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { ReportClass } from '../../report/head.js';
import { align, differencesIn } from '../../ways/align.js';
import { PathClasses, type PathClass } from '../../ways/classes.js';
import { differenceText, dropText, roleText } from '../../ways/words.js';

/** Places at which ways differ that are named, and functions at each. */
const MOST_DIFFERENCES = 3;
const MOST_NAMES = 4;

/** How a way differs from the most frequent one of packets that are the same, and how it ends. */
function differenceOf(usual: PathClass, { functions, drops, isComplete }: PathClass): string {
  const found = differencesIn(align(usual.functions, functions), usual.functions, functions);
  const left = found.length - MOST_DIFFERENCES;
  return [
    ...found.slice(0, MOST_DIFFERENCES).map((each) => differenceText(each, MOST_NAMES)),
    ...(left > 0 ? [`${left} more`] : []),
    ...drops.map((drop) => `dropped by ${dropText(drop)}`),
    ...(isComplete ? [] : ['its end was not seen']),
  ].join('; ');
}

/** What the page says of classes, and what it calls each of them. */
export interface ShownClasses {
  readonly classes: readonly ReportClass[];
  /** from 1; 0: it is none of them */
  readonly numberOf: (path: PathClass | null) => number;
}

/** The most frequent classes, at most so many, each compared with the most frequent one of its role. */
export function shownClasses(classes: PathClasses, most: number): ShownClasses {
  const all = classes
    .byRole()
    .flatMap((ofRole) => ofRole.map((path) => ({ path, usual: ofRole[0] ?? path })));
  all.sort((left, right) => right.path.latency.count - left.path.latency.count);
  const shown = all.slice(0, most);
  const numbers = new Map(shown.map(({ path }, index) => [path, index + 1]));
  return {
    numberOf: (path) => (path === null ? 0 : (numbers.get(path) ?? 0)),
    classes: shown.map(({ path, usual }) => ({
      packets: path.latency.count,
      role: roleText(path.role),
      functions: path.functions.length,
      p50Ns: path.latency.quantile(0.5),
      p99Ns: path.latency.quantile(0.99),
      difference: differenceOf(usual, path),
      example: path.examples[0] ?? 0,
      usual: usual === path ? 0 : (usual.examples[0] ?? 0),
    })),
  };
}
