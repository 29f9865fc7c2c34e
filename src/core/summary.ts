// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/** Why a trace, or a file of the flight recorder, has ended. */
export type EndReason =
  'signal' | 'count' | 'duration' | 'command' | 'budget' | 'trigger' | 'reader left' | 'failure';

/**
 * Counts of events, and of what is missing. matched = delivered + lost + suppressed + omitted + beyond_count,
 * and lost = causes.perf_buffer_full + causes.no_buffer + causes.backlog.
 */
export interface Accounts {
  /** events of packets that match mark and filters */
  readonly matched: number;
  /** events that were printed */
  readonly delivered: number;
  readonly lost: number;
  readonly causes: {
    /** events for which the ring buffer had no room */
    readonly perf_buffer_full: number;
    /** events on CPUs that came online during the trace, before they had a ring buffer */
    readonly no_buffer: number;
    /** events that were read from the ring buffer but never written to stdout */
    readonly backlog: number;
    /**
     * calls for which the kernel skipped the program since another one was running on that CPU; whether they
     * would have matched is unknown
     */
    readonly recursion: number;
    /**
     * calls beyond the number whose return the kernel can track at once; whether they would have matched is
     * unknown
     */
    readonly no_room: number;
    /** function_graph: calls that have an event, but none for their return */
    readonly missed_returns: number;
  };
  /** of the matched, events of packets that are followed because they are related to another */
  readonly followed: number;
  /** relations between packets that were found */
  readonly relations: number;
  /** of the relations, those for which the ring buffer had no room: the parent of these packets is unknown */
  readonly lost_relations: number;
  /** changes of network namespace, and lost marks, of followed packets */
  readonly moves: number;
  /** of these, those for which the ring buffer had no room: the events do not tell of these */
  readonly lost_moves: number;
  /** packets that were related to a followed one, and not followed: there were too many at the same time */
  readonly unfollowed: number;
  /** events left out by --max-rate */
  readonly suppressed: number;
  /** events of packets that were not dropped, left out by --drops */
  readonly omitted: number;
  /** events after those of --count, which were not printed */
  readonly beyond_count: number;
  /** events that were printed after events with a later time */
  readonly late: number;
  /**
   * events of packets that did not fit into the map of lives; each may be shown as one packet with another
   * that has the same skb
   */
  readonly untracked: number;
  /**
   * packets flushed before their end because too many events were held; their later events appear separately
   */
  readonly cut_packets: number;
  /**
   * ends of packets for which the kernel skipped the program since another one was running on that CPU; some
   * belong to packets that were not traced
   */
  readonly missed_ends: number;
}

/** A module with functions to trace that was loaded during the trace. */
export interface LaterModule {
  readonly module: string;
  /** number of its functions that were attached then */
  readonly functions: number;
  /** number of its functions that were not attached; null: unknown */
  readonly unattached: number | null;
  /**
   * CLOCK_MONOTONIC in ns, as in events' `timestamp`, from which on they were traced; as a string of digits
   */
  readonly attached_ns: string;
}

/** Changes of the machine during a trace. */
export interface Changes {
  readonly modules: readonly LaterModule[];
  /** how many CPUs came online for the first time, and were given a ring buffer */
  readonly cpus: number;
}

/** An XDP program on a network device. */
export interface XdpDevice {
  readonly ifname: string;
  readonly ifindex: number;
  /** inode of the device's network namespace */
  readonly netns: number;
  readonly mode: 'native' | 'generic' | 'hardware';
  readonly program_id: number;
  /** its name, as far as the kernel stores it; '': unknown */
  readonly program: string;
}

/** Packets that XDP lost, other than by XDP_DROP. */
export interface XdpDrop {
  /** null: the tracepoint names no device */
  readonly ifname: string | null;
  readonly ifindex: number | null;
  /** inode of the device's network namespace */
  readonly netns: number | null;
  /** the tracepoint that reported them; null: there was no room to count these separately */
  readonly event: string | null;
  /** name of an action, or of an errno; null: none was reported */
  readonly cause: string | null;
  readonly packets: number;
}

/** A candidate whose calls have shown whether its first argument is an skb. */
export interface JudgedFunction {
  readonly function: string;
  /** the symbol by which the kernel finds it */
  readonly symbol: string;
  /** CLOCK_MONOTONIC in ns of the verdict; as a string of digits */
  readonly timestamp: string;
}

/** Outcome for functions that this kernel's BTF does not describe. */
export interface Candidates {
  /** confirmed by their calls during the trace, which has the calls after that */
  readonly confirmed: readonly JudgedFunction[];
  /**
   * refuted: a call had something other than an skb; not traced from then on. `shown`: events of it were
   * shown before
   */
  readonly refuted: readonly (JudgedFunction & { readonly shown: boolean })[];
  /** number of candidates without a verdict, whose calls were not shown */
  readonly uncertain: number;
}

/** What one of several consumers of a trace has missed. */
export interface ConsumerAccount {
  /** its description, such as `json to /tmp/trace.json` */
  readonly name: string;
  /**
   * events that it was not given or discarded because it was too slow; the largest of these counts is in
   * causes.backlog
   */
  readonly missed: number;
}

/** What made the flight recorder write a file. */
export interface Dump {
  readonly file: string;
  /** the condition, as it was given, or `SIGUSR2` */
  readonly trigger: string;
  /** number of the packet; null: a signal */
  readonly packet: number | null;
  /** of a drop, its reason without SKB_DROP_REASON_; null: it has none, or this is no drop */
  readonly reason: string | null;
  /** CLOCK_MONOTONIC in ns, as in events' `timestamp`; as a string of digits */
  readonly timestamp: string;
  /** number of further triggers while it was written, by each of which it was extended */
  readonly further: number;
  /** number of events in it */
  readonly events: number;
}

/** What is missing of packets' bytes. */
export interface PacketBytesAccount {
  /** events without them, as there was no room to copy them */
  readonly without: number;
  /** false: of packets with fragments only the bytes before these could be read */
  readonly fragments: boolean;
}

/** What of nftables (--why nft) could not be shown. */
export interface NftSummary {
  /** statements whose rules are not known: the ruleset had changed before they could be looked for */
  readonly unknown_rules: number;
  /** rules that are shown by their handles alone */
  readonly rules_without_text: number;
}

/** What a trace with --budget has cost this machine. */
export interface Cost {
  /** calls of the BPF programs that did not match, by the kernel's count of their runs */
  readonly misses: number;
  /** calls that did: events */
  readonly hits: number;
  /**
   * ns of a call that does not match, in the kernel on its way to the program and in the program; null: not known
   */
  readonly miss_ns: number | null;
  /** the same of a call that does; null: not known, or fewer than 1 of 20 calls did */
  readonly hit_ns: number | null;
  /** of these, what the kernel takes before and after the program; null: not known */
  readonly dispatch_ns: number | null;
  /** CPU time of all these calls as a share of one CPU; without dispatch_ns that in the programs only */
  readonly tracing_share: number;
  /** number of CPUs */
  readonly cpus: number;
  /** the mean of all CPUs: the kernel does not count by CPU */
  readonly tracing_share_per_cpu: number;
  /** CPU time of ipft and the probe-keeper as a share of one CPU */
  readonly own_share: number;
  /** why dispatch_ns is not known; null: it is */
  readonly uncalibrated: string | null;
}

/** Packets whose ways were kept. */
export interface WaysAccount {
  /** packets whose ends were seen; = summarized + lost */
  readonly ended: number;
  /** of these, those whose ways are in the report */
  readonly summarized: number;
  /** of these, those whose ways are not: a drop of theirs may be in it, without functions */
  readonly lost: number;
  /** packets without a way, since too many were in flight: those of them that have ended are among the lost */
  readonly no_room: number;
  /** further packets with a way in the report, whose ends were not seen before the trace ended */
  readonly in_flight: number;
}

/** The summary of a trace, with the keys of the JSON. */
export interface Summary extends Accounts {
  /** seconds, from the activation of the trace to its deactivation */
  readonly duration_s: number;
  /** kernel release, as in uname -r */
  readonly kernel: string;
  readonly backend: string;
  readonly tracer: string;
  /** functions or tracepoints that were attached when the trace began */
  readonly functions: number;
  readonly later: Changes;
  readonly candidates: Candidates;
  /** if the trace has several consumers; null: it has one */
  readonly consumers: readonly ConsumerAccount[] | null;
  /** events that checks had something to look at in; null without --check */
  readonly checked: number | null;
  /** what checks have found wrong; null without --check */
  readonly violations: number | null;
  /** the packets' bytes; null without --snaplen */
  readonly packet_bytes: PacketBytesAccount | null;
  /** null without --why nft */
  readonly nft: NftSummary | null;
  /** null without --summarize */
  readonly ways: WaysAccount | null;
  /** number of dropped packets; null without --drops */
  readonly dropped: number | null;
  /** in a file of the flight recorder: why it was written; null: the trace is whole */
  readonly trigger: Dump | null;
  /** the files of the flight recorder; null without --ring */
  readonly dumps: readonly Dump[] | null;
  /** what tracing took; null without --budget, and of merged traces */
  readonly cost: Cost | null;
  /** network devices that had an XDP program at the beginning or at the end of the trace */
  readonly xdp_devices: readonly XdpDevice[];
  /** network namespaces whose devices could not be queried for XDP programs */
  readonly xdp_unseen_netns: number;
  /** null without --drops */
  readonly xdp_drops: readonly XdpDrop[] | null;
  /** if nothing matched: things that the filters refer to and that do not exist, in words */
  readonly absent: readonly string[];
  /**
   * CLOCK_REALTIME minus CLOCK_MONOTONIC (the clock of events) in ns when the trace was prepared, as a string
   * of digits
   */
  readonly real_offset_ns: string;
  /** ns by which real_offset_ns has changed during the trace */
  readonly clock_step_ns: number;
  readonly end: EndReason;
}
