// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addon } from './addon.js';
import type { ResolvedPath } from '../../../src/core/field-path.js';
import type { PathProblem } from '../../../src/native/types.js';

/** What a kernel of any configuration that can be traced has, or nearly: of each kind some. */
export const PATHS = [
  // plain members, of all sizes, and through anonymous structs and unions
  'skb->len data_len mark hash protocol queue_mapping truesize users.refs.counter network_header dev_scratch',
  'skb->tstamp _skb_refdst _nfct sp next data head destructor',
  // bit-fields, and what stands beside them
  'skb->pkt_type ip_summed encapsulation cloned nohdr fclone peeked pfmemalloc ooo_okay l4_hash sw_hash',
  'skb->encap_hdr_csum csum_valid vlan_all inner_protocol_type remcsum_offload headers.pkt_type',
  'sk->sk_state sk_reuse sk_family sk_num sk_daddr sk_dport sk_userlocks sk_protocol sk_type sk_v6_daddr.in6_u.u6_addr8',
  'task->sched_reset_on_fork in_execve pid tgid comm flags prio on_rq personality',
  // arrays, nested ones, by pointer
  'skb->cb cb[3] data[14] dev->name dev->name[1] dev->dev_addr[5] dev->_tx[2].numa_node dev->broadcast',
  'shinfo->gso_size gso_segs gso_type nr_frags tskey dataref.counter frags[2].len frags[1].offset hwtstamps.hwtstamp',
  'dev->ifindex mtu flags type operstate nd_net.net->ns.inum netdev_ops->ndo_open perm_addr dev.parent->power.usage_count.counter',
  'dev->reg_state addr_len min_mtu needed_headroom dma lltx',
  'task->mm->owner->comm nsproxy->net_ns->ns.inum cred->uid.val thread_pid->numbers[0].nr se.vruntime',
].flatMap((line) => {
  const [, root = '', members = ''] = /^(\w+->)(.*)$/.exec(line) ?? [];
  return members.split(' ').map((member) => root + member);
});

export const isResolved = (value: ResolvedPath | PathProblem): value is ResolvedPath => !('error' in value);

/** Bytes that the value lies in, none like its neighbours. */
const pattern = (at: number): number => (at * 151 + 89) & 0xff;

const READ_BYTES = 1 << 16;

/** What the path's value is where memory holds the pattern, by the addon's answer. Arrays in hex. */
export function expected(value: ResolvedPath): string {
  const offset = value.steps.at(-1) ?? 0;
  const bytes = Array.from({ length: value.size }, (_, i) => pattern(offset + i));
  if (value.kind === 'chars' || value.kind === 'bytes')
    return bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('');
  const number = bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n) >> BigInt(value.bitOffset);
  const bits = value.bitSize === 0 ? value.size * 8 : value.bitSize;
  const wide = value.kind === 'signed' ? BigInt.asIntN(bits, number) : BigInt.asUintN(bits, number);
  if (value.kind === 'bool') return wide === 0n ? '0' : '1';
  return BigInt.asUintN(64, wide).toString(16);
}

/** What include/net/sock.h has macros for, as for sk_family, which is __sk_common.skc_family; without sk_. */
function commonNames(): ReadonlySet<string> {
  const listed = addon.listFields('sk.__sk_common');
  if ('error' in listed) throw new Error(listed.error);
  return new Set(listed.map(({ path }) => path.replace('sk->__sk_common.skc_', '')));
}
const COMMON = commonNames();

const TYPES = { skb: 'sk_buff', shinfo: 'skb_shared_info', task: 'task_struct' } as const;

/** The path as an expression of C. */
function expression({ path, root }: ResolvedPath): string {
  const long = path.replace(/^(sk|dev)\b/, 'skb->$1').replace(new RegExp(`^${root}`), '');
  const members = long.replace(/(sk)(->|\.)sk_(\w+)/g, (all, _, arrow: string, name: string) =>
    COMMON.has(name) ? `sk${arrow}__sk_common.skc_${name}` : all,
  );
  return `((struct ${TYPES[root]} *)first)${members}`;
}

/**
 * The number as C reads it, without what depends on the compiler: the sign of a char and of an enum, bits of a bool
 * beside 0 and 1.
 */
function numberOf({ type, kind, size, bitSize }: ResolvedPath, text: string): string {
  if (type === 'char') return `(${kind} char)${text}`;
  if (kind === 'enum') return `${text} & ${2n ** BigInt(bitSize || size * 8) - 1n}ull`;
  return kind === 'bool' && bitSize === 0 ? `(*(unsigned char *)&${text} != 0)` : text;
}

/**
 * Lays a chain of memory as the steps tell, full of pointers that lead astray where they tell of none, and evaluates
 * the path as C does.
 */
function statement(value: ResolvedPath): string {
  const chain = value.steps.slice(0, -1).map((step, i) => `point(${i}, ${step});`);
  const text = expression(value);
  const show =
    value.kind === 'chars' || value.kind === 'bytes'
      ? `bytes(&${text}, sizeof(${text}) < 64 ? sizeof(${text}) : 64);`
      : `number((unsigned long long)${numberOf(value, text)});`;
  return `  reset(${value.steps.length - 1}); ${chain.join(' ')} ${show}`;
}

const program = (values: readonly ResolvedPath[]): string => `
extern int printf(const char *format, ...);
enum { SIZE = ${READ_BYTES} };
static unsigned char memory[8][SIZE] __attribute__((aligned(64)));
static unsigned char astray[SIZE];
static unsigned char *const first = memory[0];
static void reset(int last) {
  for (int level = 0; level < last; level++)
    for (int i = 0; i < SIZE / 8; i++)
      ((void **)memory[level])[i] = astray;
  for (int i = 0; i < SIZE; i++)
    memory[last][i] = (unsigned char)(i * 151 + 89);
}
static void point(int level, int step) { *(void **)(memory[level] + step) = memory[level + 1]; }
static void number(unsigned long long value) { printf("%llx\\n", value); }
static void bytes(const void *from, int count) {
  for (int i = 0; i < count; i++)
    printf("%02x", ((const unsigned char *)from)[i]);
  printf("\\n");
}
int main(void) {
${values.map(statement).join('\n')}
  return 0;
}
`;

/** The kernel's types as bpftool writes them. */
const kernelTypes = (): string =>
  execFileSync('bpftool', ['btf', 'dump', 'file', '/sys/kernel/btf/vmlinux', 'format', 'c'], {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });

/** What a C compiler makes of the paths. */
export function witnessed(values: readonly ResolvedPath[], types = kernelTypes()): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'ipft-fields-'));
  try {
    const [source, binary] = [join(folder, 'paths.c'), join(folder, 'paths')];
    writeFileSync(source, `#define BPF_NO_PRESERVE_ACCESS_INDEX\n${types}\n${program(values)}`);
    execFileSync('clang', ['-w', source, '-o', binary], { stdio: 'pipe' });
    return execFileSync(binary, { encoding: 'utf8' }).trimEnd().split('\n');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
