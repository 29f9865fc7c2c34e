// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { ROW_SIZE } from '../core/abi.js';
import { offsetOfKind, type Layout } from '../core/reads.js';
import { dropCause, dropLocation, dropReason, enteredNamespace, hasCrossed, isDrop } from '../core/row.js';
import { decisionAt, decisionKey } from '../core/decision.js';
import type { KernelNames, Traced } from '../core/traced.js';
import type { NamesPart } from './description.js';

/** Enums of which columns show members, or that conditions name, by one of their members. */
const ENUMERATORS = ['SKB_GSO_TCPV4', 'NETIF_F_GSO_SHIFT', 'IPPROTO_TCP', 'TCP_ESTABLISHED'];
/** Enums of which the file has all members. */
const ENUMS = ['skb_drop_reason'];

const hex = (value: bigint): string => value.toString(16);

/** Notes each key once, with its name, until they are taken. */
class Notes<Key extends string | number | bigint, Note> {
  readonly #known = new Set<Key>();
  #fresh: Note[] = [];

  add(key: Key, note: () => Note): void {
    if (this.#known.has(key)) return;
    this.#known.add(key);
    this.#fresh.push(note());
  }

  /** What has been noted since it was taken before; undefined: nothing. */
  take(): Note[] | undefined {
    const fresh = this.#fresh;
    this.#fresh = [];
    return fresh.length === 0 ? undefined : fresh;
  }
}

type Noted<Key extends keyof NamesPart> =
  NonNullable<NamesPart[Key]> extends readonly (infer Note)[] ? Note : never;

/** Offsets in a row of inodes of network namespaces, as the field `netns` has them. */
const namespaceOffsets = (layout: Layout): number[] =>
  layout.reads.flatMap(({ read, dataOffset }) =>
    read.kind === 'path' &&
    read.paths.some((path) => typeof path === 'string' && path.endsWith('net->ns.inum'))
      ? [ROW_SIZE + dataOffset]
      : [],
  );

/** Finds the numbers in rows for which the kernel has names, and asks it for each name once. */
export class NotedNames {
  readonly #names: KernelNames;
  readonly #symbols = new Notes<bigint, Noted<'symbols'>>();
  readonly #stacks = new Notes<number, Noted<'stacks'>>();
  readonly #namespaces = new Notes<number, Noted<'namespaces'>>();
  readonly #reasons = new Notes<number, Noted<'drop_reasons'>>();
  readonly #causes = new Notes<bigint, Noted<'causes'>>();
  readonly #namespacesAt: readonly number[];
  readonly #callerAt: number | null;
  readonly #stackAt: number | null;
  readonly #reasonAt: number | null;
  readonly #causeAt: number | null;
  readonly #subjectAt: number | null;
  readonly #nftSteps = new Notes<string, Noted<'nft_steps'>>();

  constructor(private readonly traced: Traced) {
    this.#names = traced.names;
    this.#namespacesAt = namespaceOffsets(traced.layout);
    this.#callerAt = offsetOfKind(traced.layout, 'caller');
    this.#stackAt = offsetOfKind(traced.layout, 'stack');
    this.#reasonAt = offsetOfKind(traced.layout, 'reason');
    this.#causeAt = offsetOfKind(traced.layout, 'cause');
    this.#subjectAt = offsetOfKind(traced.layout, 'subject');
  }

  /** What does not depend on rows. */
  fixed(): NamesPart {
    const { layout } = this.traced;
    const ofPaths = layout.reads.flatMap(({ path }) => path?.enumName ?? []);
    const names = this.#names;
    return {
      enums_with: ENUMERATORS.map((enumerator) => [enumerator, names.enumMembers(enumerator)]),
      enums: [...new Set([...ENUMS, ...ofPaths])].map((name) => [name, names.enumByName(name)]),
      has_drop_reasons: names.hasDropReasons(),
    };
  }

  /** Looks at the row that starts at byte `at`. */
  look(rows: DataView, at: number): void {
    if (isDrop(rows, at)) {
      this.#symbol(dropLocation(rows, at));
      this.#reason(dropReason(rows, at));
      this.#cause(dropCause(rows, at));
    } else if (hasCrossed(rows, at)) this.namespace(enteredNamespace(rows, at));
    this.#lookAtData(rows, at);
  }

  #lookAtData(rows: DataView, at: number): void {
    for (const namespaceAt of this.#namespacesAt) {
      const inode = rows.getUint32(at + namespaceAt, true);
      if (inode !== 0) this.namespace(inode);
    }
    if (this.#callerAt !== null) this.#symbol(rows.getBigUint64(at + this.#callerAt, true));
    if (this.#reasonAt !== null) this.#reason(rows.getUint32(at + this.#reasonAt, true));
    if (this.#stackAt !== null) this.#stack(rows.getInt32(at + this.#stackAt, true));
    if (this.#subjectAt !== null) this.#nftStep(rows, at, this.#subjectAt);
    if (this.#causeAt === null) return;
    this.#cause(rows.getBigUint64(at + this.#causeAt, true));
    this.#reason(rows.getUint32(at + this.#causeAt + 8, true));
  }

  /** The names that have been found since this was called before; null: none. */
  fresh(): NamesPart | null {
    const part: NamesPart = Object.fromEntries(
      Object.entries({
        symbols: this.#symbols.take(),
        stacks: this.#stacks.take(),
        namespaces: this.#namespaces.take(),
        drop_reasons: this.#reasons.take(),
        causes: this.#causes.take(),
        nft_steps: this.#nftSteps.take(),
      }).filter(([, notes]) => notes !== undefined),
    );
    return Object.keys(part).length === 0 ? null : part;
  }

  #symbol(address: bigint): void {
    if (address !== 0n) this.#symbols.add(address, () => [hex(address), this.#names.symbol(address)]);
  }

  #stack(id: number): void {
    if (id < 0) return;
    this.#stacks.add(id, () => {
      const addresses = this.traced.stack(id);
      for (const address of addresses) this.#symbol(address);
      return [id, addresses.map(hex)];
    });
  }

  /** Notes the name of a network namespace. */
  namespace(inode: number): void {
    this.#namespaces.add(inode, () => [inode, this.#names.namespaceName(inode)]);
  }

  #reason(reason: number): void {
    this.#reasons.add(reason, () => [reason, this.#names.dropReason(reason)]);
  }

  #nftStep(rows: DataView, at: number, subject: number): void {
    const decision = decisionAt(rows, at, subject, this.traced.functions.names);
    if (decision === null) return;
    const key = decisionKey(decision);
    this.#nftSteps.add(key, () => [key, this.#names.nftStep(decision)]);
  }

  #cause(reported: bigint): void {
    const source = Number(reported >> 32n);
    if (source === 0) return;
    const value = Number(BigInt.asIntN(32, reported));
    this.#causes.add(reported, () => [source, value, this.#names.cause(source, value)]);
  }
}
