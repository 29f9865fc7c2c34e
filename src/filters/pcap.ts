// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { PcapFilter } from '../codegen/pcap.js';
import {
  decodeClassic,
  LINK_TYPES,
  type ClassicInstruction,
  type CompileFilter,
  type LinkType,
} from '../core/classic-bpf.js';
import { EnvironmentError, isNativeFailure, UsageError } from '../core/errors.js';

/**
 * Loads from these offsets (as u32) and above are not of packet bytes: on sockets, Linux gives metadata of
 * the packet there (SKF_AD_OFF, SKF_NET_OFF, SKF_LL_OFF).
 */
const ANCILLARY = 0xffe00000;
const LOAD_ABSOLUTE = 0x20;
const LOAD_MASK = 0xe7;

/** `vlan` as a separate word: host names may contain it next to dots and dashes. */
const VLAN = /(?<![\w.-])vlan(?![\w.-])/;

/**
 * Compiles an expression in pcap-filter(7) syntax to classic BPF.
 * @param inner true: the expression applies to the headers inside a tunnel, which begin with IP
 * @throws UsageError with libpcap's message; EnvironmentError if there is no libpcap
 */
export function compilePcapFilter(expression: string, compile: CompileFilter, inner = false): PcapFilter {
  const raw = compileFor(LINK_TYPES.raw, expression, compile);
  const ethernet = inner ? raw : compileFor(LINK_TYPES.ethernet, expression, compile);
  if ('error' in raw && 'error' in ethernet) throw refusal(expression, ethernet.error);
  const programs = { ethernet: inner ? null : programOf(ethernet), raw: programOf(raw) };
  if (Object.values(programs).some((program) => program?.some(isAncillary)))
    throw refusal(expression, 'it asks for what is not in the bytes of a packet');
  return { ...programs, vlan: VLAN.test(expression) };
}

type Compiled = { program: ClassicInstruction[] } | { error: string };

function compileFor(linkType: LinkType, expression: string, compile: CompileFilter): Compiled {
  try {
    const compiled = compile(expression, linkType);
    return 'error' in compiled ? compiled : { program: decodeClassic(compiled.code) };
  } catch (error) {
    if (!isNativeFailure(error) || error.phase !== 'libpcap') throw error;
    throw new EnvironmentError('libpcap is not installed, which --filter needs', 'apt install libpcap0.8');
  }
}

const programOf = (compiled: Compiled): ClassicInstruction[] | null =>
  'program' in compiled ? compiled.program : null;

const refusal = (expression: string, why: string): UsageError =>
  new UsageError(`--filter '${expression}': ${why}`, 'an expression as in pcap-filter(7)');

const isAncillary = ({ code, k }: ClassicInstruction): boolean =>
  (code & LOAD_MASK) === LOAD_ABSOLUTE && k >= ANCILLARY;
