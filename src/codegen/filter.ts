// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Expression } from '../core/condition.js';
import { ConditionTranslator, type Names } from './condition.js';
import { Emitter, R0, R2, R6 } from './emitter.js';
import type { SkbOffsets } from './path-reads.js';
import { emitPcapFilter, type PcapFilter } from './pcap.js';
import type { SkbLayout } from './skb-layout.js';

/** The filter for packets, besides the mark: all of its parts must hold. */
export interface PacketFilter {
  readonly conditions: readonly Expression[];
  readonly pcap: { readonly filter: PcapFilter; readonly inner: boolean } | null;
}

/** Machine code of ipft_filter(ctx, skb) in bpf/generated.h. */
export function generateFilter(
  { conditions, pcap }: PacketFilter,
  names: Names,
  skb: SkbLayout & SkbOffsets,
): Uint8Array {
  const code = new Emitter();
  const no = code.label();
  code.mov(R6, R2);
  const translator = new ConditionTranslator(code, names, skb);
  for (const condition of conditions) {
    const yes = code.label();
    translator.emit(condition, yes, no);
    code.bind(yes);
  }
  if (pcap === null) {
    code.mov(R0, 1);
    code.exit();
  } else {
    code.mov(R2, R6);
    emitPcapFilter(code, pcap.filter, skb, pcap.inner);
  }
  if (conditions.length > 0) {
    code.bind(no);
    code.mov(R0, 0);
    code.exit();
  }
  return code.build();
}
