import type { Column } from '../core/column.js';
import { memoizePacket } from '../core/memo.js';
import { skbKey } from '../core/row.js';

/** Which packet, in short: `#1` is the first that was seen, `#2` the second ... */
export const packetNumber: Column = {
  id: 'packet-number',
  key: 'packet_number',
  header: 'PACKET',
  width: 6,
  style: 'cyan',
  bind: () => {
    const numbers = new Map<number, string>();
    const text = memoizePacket((rows, at) => {
      const key = skbKey(rows, at);
      let number = numbers.get(key);
      if (number === undefined) numbers.set(key, (number = `#${numbers.size + 1}`));
      return number;
    });
    return { text, json: (prefix) => (rows, at) => prefix + text(rows, at).slice(1) };
  },
};
