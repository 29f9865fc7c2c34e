// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { TraceReader } from '../../src/capture/trace-reader.js';
import { crossing } from '../../src/columns/crossing.js';
import { IpftError } from '../../src/core/errors.js';
import { faultsIn } from '../../src/run/show/faults.js';
import { SelectedRows } from '../../src/run/show/selected-rows.js';
import { inPieces } from '../support/packets/captured.js';
import { textWriter } from '../support/packets/recorded.js';

export {
  BLOCK_HEADER_SIZE,
  blockHeader,
  FILE_HEADER_SIZE,
  MOST_ROWS,
  MOST_ROWS_A_BYTE,
  readBlockHeader,
  TRAILER_SIZE,
} from '../../src/capture/format.js';
export { Random } from '../support/pcap/random.js';

/** What is shown of a file. */
export interface Shown {
  /** of the text */
  readonly characters: number;
  readonly rows: number;
  /** the file is not what ipft writes, in words; null: it could be shown */
  readonly refusal: string | null;
}

/** Shows the bytes of a file as an output does, `size` of them at a time. Throws what is no error in words. */
export async function shown(bytes: Buffer, id: string, size: number): Promise<Shown> {
  let rows = 0;
  try {
    const reader = await TraceReader.open(inPieces(bytes, size), 'the file');
    const traced = reader.traced(null, reader.description.follows ? [crossing] : []);
    const selected = new SelectedRows({ selection: {}, drops: true }, traced.functions, null);
    const { take, end } = textWriter(id, traced);
    for await (const item of reader.items()) {
      if (item.kind !== 'rows') continue;
      rows += item.batch.count;
      take(selected.of(item.batch));
    }
    const words = faultsIn(reader, null, 'the file').map(({ text }) => text);
    return { characters: end().length + words.join('').length, rows, refusal: null };
  } catch (error) {
    if (!(error instanceof IpftError)) throw error;
    return { characters: 0, rows, refusal: error.message };
  }
}
