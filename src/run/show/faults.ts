// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { TraceReader } from '../../capture/trace-reader.js';
import type { Loss } from '../../core/consumer.js';
import type { Summary } from '../../core/summary.js';
import { several } from '../../ways/words.js';

const were = (count: number): string => (count === 1 ? 'was' : 'were');

/** What is missing from what a file shows, in words. `name`: of the file. */
export function faultsIn(
  { faults, unknown }: Pick<TraceReader, 'faults' | 'unknown'>,
  summary: Summary | null,
  name: string,
): Loss[] {
  const { damaged, lostRows, strayBytes, isCut, isEnded } = faults;
  const found: string[] = [];
  if (damaged > 0) found.push(`${name} is damaged: ${several(damaged, 'block')} cannot be read`);
  if (strayBytes > 0)
    found.push(`${name} is damaged: ${several(strayBytes, 'byte')} between blocks belong to none`);
  if (lostRows > 0)
    found.push(`${several(lostRows, 'row')} of ${name} ${lostRows === 1 ? 'is' : 'are'} missing`);
  if (isCut) found.push(`${name} ends within a block`);
  if (!isEnded) found.push(`${name} was not ended: its trace still runs, or was killed`);
  const lost = summary?.lost ?? 0;
  if (lost > 0)
    found.push(`${several(lost, 'event')} ${were(lost)} lost while ${name} was recorded: see its summary`);
  const later = [...unknown.entries()].map(([kind, count]) => ({
    text: `${several(count, 'block')} of ${name} of kind ${kind} ${were(count)} skipped: a later ipft has written them`,
    remedy: 'a later ipft',
  }));
  return [...found.map((text) => ({ text })), ...later];
}
