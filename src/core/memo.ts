import { ROW } from './abi.js';
import type { Cell } from './column.js';

const INDEX_LIMIT = 65536;

/** Remembers the text of small whole numbers: CPUs, function indexes, lengths. Large ones it formats each time. */
export function memoizeIndex(format: (index: number) => string): (index: number) => string {
  const known: (string | undefined)[] = [];
  return (index) => (index < INDEX_LIMIT ? (known[index] ??= format(index)) : format(index));
}

/** Remembers the text of a few numbers of any size: marks, sets of bits. */
export function memoizeValue(format: (value: number) => string): (value: number) => string {
  const known = new Map<number, string>();
  let last = -1;
  let lastText = '';
  return (value) => {
    if (value === last) return lastText;
    lastText = known.get(value) ?? format(value);
    last = value;
    if (known.size < INDEX_LIMIT) known.set(value, lastText);
    return lastText;
  };
}

const SLOTS = 4096;

/**
 * Remembers a text for each of the packets seen last. A packet goes through dozens of functions, and making hex of
 * its address is the dearest part of a line (250 ns).
 */
export function memoizePacket(format: Cell): Cell {
  const addresses = new Uint32Array(SLOTS * 2);
  const texts = new Array<string>(SLOTS).fill('');
  return (rows, at) => {
    const low = rows.getUint32(at + ROW.skb, true);
    const high = rows.getUint32(at + ROW.skb + 4, true);
    // An skb is 256 bytes or so: the bits below say nothing.
    const slot = ((low >>> 8) ^ (low >>> 20)) & (SLOTS - 1);
    let text = texts[slot] ?? '';
    if (text !== '' && addresses[slot * 2] === low && addresses[slot * 2 + 1] === high) return text;
    text = format(rows, at);
    addresses[slot * 2] = low;
    addresses[slot * 2 + 1] = high;
    texts[slot] = text;
    return text;
  };
}
