// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/**
 * A kind of document that a trace can be exported to: what the command line needs to know of it. src/exports has how
 * it is made, which is loaded only then.
 */
export interface ExportKind {
  readonly id: string;
  /** one line, for help texts */
  readonly description: string;
  /** true if a running trace can write it (--output), too */
  readonly live: boolean;
  /** true if it leaves packets out where there are too many (--max-events) */
  readonly samples?: boolean;
}

/** What the interfaces of pcapng are: network devices, or the functions in which the kernel had the packets. */
export const INTERFACES = ['device', 'function'] as const;
export type InterfaceKind = (typeof INTERFACES)[number];

/** How the frames of pcapng are made. */
export interface FrameOptions {
  readonly interfaces?: InterfaceKind | undefined;
  /** packets that are longer than viewers take are said to have the longest length that they do */
  readonly patchLength?: boolean | undefined;
}

const all = [
  { id: 'perfetto', description: 'tracks of packets and CPUs, for ui.perfetto.dev', live: true },
  { id: 'speedscope', description: 'a profile for each packet, for www.speedscope.app', live: true },
  { id: 'folded', description: 'stacks for a flame graph, with ns', live: true },
  { id: 'mermaid', description: 'ways of packets as a flowchart, for Markdown', live: false },
  { id: 'dot', description: 'the same for Graphviz', live: false },
  {
    id: 'html',
    description: 'a page to look at and to send: one file, no network',
    live: true,
    samples: true,
  },
  { id: 'pcapng', description: "the packets' bytes, for Wireshark and tcpdump", live: true },
] as const satisfies readonly ExportKind[];

export type ExportId = (typeof all)[number]['id'];

const byId = (kinds: readonly ExportKind[]): ReadonlyMap<string, ExportKind> =>
  new Map(kinds.map((kind) => [kind.id, kind]));

/** By the value of --to. */
export const EXPORT_KINDS = byId(all);

/** Those that are values of --output, too. */
export const LIVE_EXPORTS = byId(all.filter(({ live }: ExportKind) => live));

export const isExport = (id: string): boolean => EXPORT_KINDS.has(id);
