// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { TraceReader } from '../../capture/trace-reader.js';
import { droppedPackets } from '../../core/dropped.js';
import type { PacketEvents } from '../../core/packet-events.js';
import { UsageError } from '../../core/errors.js';
import { STDOUT, type ExportOptions } from '../../core/options.js';
import { packet } from '../../core/row.js';
import { columnContext } from '../../core/traced.js';
import type { Messages } from '../../terminal/messages.js';
import { nameOf, openRecorded } from '../show/open-recorded.js';
import { checkHasDrops } from '../show/recorded.js';

/** Numbers of the packets that are dropped. */
async function droppedIn(reader: TraceReader): Promise<ReadonlySet<number>> {
  const traced = reader.traced(null, []);
  const dropped = droppedPackets(columnContext(traced), traced.follows);
  const numbers = new Set<number>();
  const note = ({ rows }: PacketEvents): void => void numbers.add(packet(rows, 0));
  for await (const item of reader.items()) if (item.kind === 'rows') dropped.take(item.batch).forEach(note);
  for (const events of dropped.rest()) note(events);
  return numbers;
}

/**
 * The options with what a document has: its drops in any case, and with --drops the packets that are dropped. Which
 * these are is known only at the end of the file, so it is then read twice.
 */
export async function withDropped(options: ExportOptions, messages: Messages): Promise<ExportOptions> {
  const { drops, file, packets } = options;
  if (!drops) return { ...options, drops: true };
  if (file === STDOUT)
    throw new UsageError('--drops: the capture file is read twice, and stdin cannot be', 'a file');
  const reader = await openRecorded(file, messages);
  checkHasDrops(reader, nameOf(file));
  const dropped = await droppedIn(reader);
  const isWanted = (number: number): boolean => packets?.has(number) !== false;
  return { ...options, packets: new Set([...dropped].filter(isWanted)) };
}
