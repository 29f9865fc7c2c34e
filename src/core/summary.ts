// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/** Why a trace has ended. */
export type EndReason = 'signal' | 'count' | 'duration' | 'command' | 'budget' | 'reader left' | 'failure';

/**
 * How many events there were, and what is missing of them. matched = delivered + lost + suppressed + omitted +
 * beyond_count, and lost = causes.perf_buffer_full + causes.no_buffer + causes.backlog.
 */
export interface Accounts {
  /** events of packets that were asked for */
  readonly matched: number;
  /** those that were printed */
  readonly delivered: number;
  readonly lost: number;
  readonly causes: {
    /** events that the perf buffer had no room for */
    readonly perf_buffer_full: number;
    /** events on CPUs that came online after the trace had begun, before they had a perf buffer */
    readonly no_buffer: number;
    /** events that were taken from the perf buffer and never written to stdout */
    readonly backlog: number;
    /** calls on which no program ran, as one was running on their CPU; whether they would have matched nobody knows */
    readonly recursion: number;
    /** calls beyond those whose return the kernel can wait for; likewise */
    readonly no_room: number;
    /** function_graph: calls with an event whose return has none */
    readonly missed_returns: number;
  };
  /** events that --max-rate left out */
  readonly suppressed: number;
  /** events of packets that were not dropped, which --drops does not print */
  readonly omitted: number;
  /** events that came after those of --count, which were not printed */
  readonly beyond_count: number;
  /** events that were printed behind later ones */
  readonly late: number;
  /** events of packets that there was no room for, so that each may be shown as one with another of the same skb */
  readonly untracked: number;
  /** how often a packet was given up before its end, as there were more events to hold: what comes of it later stands apart */
  readonly cut_packets: number;
  /** ends of packets that no program looked at, as one was running on their CPU; some of them of other packets */
  readonly missed_ends: number;
}

/** A module that was loaded while the trace ran, and that has functions to trace. */
export interface LaterModule {
  readonly module: string;
  /** of its functions, those that were attached then */
  readonly functions: number;
  /** those that were not; null: it is not known how many there are */
  readonly unattached: number | null;
  /** ns of CLOCK_MONOTONIC, as events' `timestamp`, from which on they are traced: a number in digits */
  readonly attached_ns: string;
}

/** What came while a trace ran. */
export interface Changes {
  readonly modules: readonly LaterModule[];
  /** how often a CPU came online, or came again, and was given a perf buffer */
  readonly cpus: number;
}

/** An XDP program at a network device. */
export interface XdpDevice {
  readonly ifname: string;
  readonly ifindex: number;
  /** inode of the device's network namespace */
  readonly netns: number;
  readonly mode: 'native' | 'generic' | 'hardware';
  readonly program_id: number;
  /** its name, as far as the kernel keeps it; '': not known */
  readonly program: string;
}

/** Packets that XDP lost, other than by a program's XDP_DROP. */
export interface XdpDrop {
  /** null: no device is told */
  readonly ifname: string | null;
  readonly ifindex: number | null;
  /** inode of the device's network namespace */
  readonly netns: number | null;
  /** the tracepoint that told of them; null: there was no room to tell these apart */
  readonly event: string | null;
  /** the name of an action, or of an errno; null: none is told */
  readonly cause: string | null;
  readonly packets: number;
}

/** A function that this kernel's BTF does not describe, and of which calls have told whether its first argument is an skb. */
export interface JudgedFunction {
  readonly function: string;
  /** what the kernel finds it by */
  readonly symbol: string;
  /** ns, CLOCK_MONOTONIC: when that was clear; a number in digits */
  readonly timestamp: string;
}

/** What became of functions that this kernel's BTF does not describe. */
export interface Candidates {
  /** those that calls have confirmed during the trace: it has the calls after that */
  readonly confirmed: readonly JudgedFunction[];
  /** those of which a call had something else than an skb, from when on they are not traced; `shown`: they had events before */
  readonly refuted: readonly (JudgedFunction & { readonly shown: boolean })[];
  /** how many are as uncertain as before, and were not shown */
  readonly uncertain: number;
}

/** What one of several consumers of a trace has missed. */
export interface ConsumerAccount {
  /** what it is, such as `json to /tmp/trace.json` */
  readonly name: string;
  /** events that it was not given, or threw away, as it was too slow; they are in causes.backlog unless another one missed more */
  readonly missed: number;
}

/** What a trace amounts to, with the keys that JSON shows. */
export interface Summary extends Accounts {
  /** s, from the first moment in which events were made to the last */
  readonly duration_s: number;
  /** as uname -r says */
  readonly kernel: string;
  readonly backend: string;
  readonly tracer: string;
  /** functions or tracepoints that were attached when the trace began */
  readonly functions: number;
  readonly later: Changes;
  readonly candidates: Candidates;
  /** of a trace with several consumers; null: it has one */
  readonly consumers: readonly ConsumerAccount[] | null;
  /** packets that were dropped; null: nobody asked for --drops */
  readonly dropped: number | null;
  /** network devices that had an XDP program, at the beginning or at the end */
  readonly xdp_devices: readonly XdpDevice[];
  /** network namespaces whose devices could not be asked for one */
  readonly xdp_unseen_netns: number;
  /** null: nobody asked for --drops */
  readonly xdp_drops: readonly XdpDrop[] | null;
  /** of a trace in which nothing matched: what its filters ask for that is not there, in words */
  readonly absent: readonly string[];
  /** ns that CLOCK_REALTIME was ahead of CLOCK_MONOTONIC, the clock of events, when the trace was prepared: a number in digits */
  readonly real_offset_ns: string;
  /** ns by which that has changed since */
  readonly clock_step_ns: number;
  readonly end: EndReason;
}
