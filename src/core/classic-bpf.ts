// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/**
 * An instruction of classic BPF, the machine code into which pcap_compile(3PCAP) translates an expression.
 */
export interface ClassicInstruction {
  readonly code: number;
  /** instructions to skip if the condition holds */
  readonly jt: number;
  /** instructions to skip if the condition does not hold */
  readonly jf: number;
  /** u32 operand */
  readonly k: number;
}

/** The link-layer header types (DLT_*) that ipft asks pcap_compile for. */
export const LINK_TYPES = { ethernet: 1, raw: 12 } as const;
export type LinkType = (typeof LINK_TYPES)[keyof typeof LINK_TYPES];

/**
 * Calls pcap_compile(3PCAP) for a link-layer header type. Returns an array of struct bpf_insn, or libpcap's
 * error message.
 */
export type CompileFilter = (
  expression: string,
  linkType: LinkType,
) => { readonly code: Uint8Array } | { readonly error: string };

/** Bytes of a struct bpf_insn. */
const SIZE = 8;

/** @param code an array of struct bpf_insn, little-endian */
export function decodeClassic(code: Uint8Array): ClassicInstruction[] {
  const view = new DataView(code.buffer, code.byteOffset, code.byteLength);
  return Array.from({ length: code.byteLength / SIZE }, (_, i) => ({
    code: view.getUint16(i * SIZE, true),
    jt: view.getUint8(i * SIZE + 2),
    jf: view.getUint8(i * SIZE + 3),
    k: view.getUint32(i * SIZE + 4, true),
  }));
}
