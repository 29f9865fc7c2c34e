// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import {
  array,
  boolean,
  digits,
  integer,
  number,
  object,
  oneOf,
  orNull,
  string,
  type Schema,
} from '../core/json-schema.js';
import type {
  Accounts,
  Candidates,
  Changes,
  ConsumerAccount,
  Cost,
  Dump,
  EndReason,
  JudgedFunction,
  LaterModule,
  NftSummary,
  PacketBytesAccount,
  Summary,
  WaysAccount,
  XdpDevice,
  XdpDrop,
} from '../core/summary.js';

const causes = object<Accounts['causes']>({
  perf_buffer_full: integer('events'),
  no_buffer: integer('events, on CPUs that had just come online'),
  backlog: integer('events'),
  recursion: integer('calls'),
  no_room: integer('calls'),
  missed_returns: integer('calls'),
});

const later = object<Changes>({
  modules: array(
    object<LaterModule>({
      module: string(),
      functions: integer(),
      unattached: orNull(integer()),
      attached_ns: digits('ns, as `timestamp`'),
    }),
  ),
  cpus: integer('how often a CPU came online'),
});

const judged = {
  function: string(),
  symbol: string('what the kernel finds it by'),
  timestamp: digits('ns, CLOCK_MONOTONIC'),
};

const candidates = object<Candidates>({
  confirmed: array(object<JudgedFunction>(judged)),
  refuted: array(
    object<Candidates['refuted'][number]>({ ...judged, shown: boolean('it had events before') }),
  ),
  uncertain: integer('functions'),
});

const xdpDevice = object<XdpDevice>({
  ifname: string(),
  ifindex: integer(),
  netns: integer('inode of the network namespace'),
  mode: oneOf<XdpDevice['mode']>({ native: true, generic: true, hardware: true }),
  program_id: integer(),
  program: string('its name; empty if it is not known'),
});

const xdpDrop = object<XdpDrop>({
  ifname: orNull(string()),
  ifindex: orNull(integer()),
  netns: orNull(integer('inode of the network namespace')),
  event: orNull(string('the tracepoint')),
  cause: orNull(string('name of an action, or of an errno')),
  packets: integer(),
});

const dump = object<Dump>({
  file: string(),
  trigger: string('the condition, or SIGUSR2'),
  packet: orNull(integer('as `packet` of events')),
  reason: orNull(string('of a drop')),
  timestamp: digits('ns, as `timestamp` of events'),
  further: integer('triggers'),
  events: integer('events in the file'),
});

const cost = object<Cost>({
  misses: integer('calls of the BPF programs'),
  hits: integer('events'),
  miss_ns: orNull(number('ns a call')),
  hit_ns: orNull(number('ns a call; null: too few matched, too')),
  dispatch_ns: orNull(number('ns a call, before and after the program; null: not known')),
  tracing_share: number('of one CPU'),
  cpus: integer(),
  tracing_share_per_cpu: number('mean of all CPUs'),
  own_share: number('of one CPU'),
  uncalibrated: orNull(string('why dispatch_ns is not known')),
});

/** `reader left`: such a summary has no reader. */
const end: Schema<EndReason> = oneOf<EndReason>({
  signal: true,
  count: true,
  duration: true,
  command: true,
  budget: true,
  trigger: true,
  'reader left': true,
  failure: true,
});

/** Schema of the summary, the last line of `-o json`. */
export const SUMMARY: Schema<Summary> = object<Summary>({
  matched: integer('events; = delivered + lost + suppressed + omitted + beyond_count'),
  delivered: integer('events'),
  lost: integer('events; = causes.perf_buffer_full + causes.no_buffer + causes.backlog'),
  causes,
  followed: integer('of the matched, events of packets that are followed as relatives'),
  relations: integer('between packets'),
  lost_relations: integer('of the relations, those that the ring buffer refused'),
  moves: integer('changes of network namespace, and lost marks, of followed packets'),
  lost_moves: integer('of these, those that the ring buffer refused'),
  unfollowed: integer('packets that were related to a followed one, and had no room'),
  suppressed: integer('events that --max-rate left out'),
  omitted: integer('events of packets that were not dropped'),
  beyond_count: integer('events beyond those of --count'),
  late: integer('events that were printed after later ones'),
  untracked: integer('events'),
  cut_packets: integer('how often a packet was given up before its end'),
  missed_ends: integer('ends of packets'),
  duration_s: number('s'),
  checked: orNull(integer('events of GSO packets that --check looked at')),
  violations: orNull(integer('what --check found wrong')),
  kernel: string('as uname -r'),
  backend: string(),
  tracer: string(),
  functions: integer('functions or tracepoints that were attached at the start'),
  later,
  candidates,
  consumers: orNull(array(object<ConsumerAccount>({ name: string(), missed: integer('events') }))),
  nft: orNull(
    object<NftSummary>({
      unknown_rules: integer('statements whose rules are not known'),
      rules_without_text: integer('rules that are shown by their handles alone'),
    }),
  ),
  packet_bytes: orNull(
    object<PacketBytesAccount>({
      without: integer('events'),
      fragments: boolean('those of fragments could be read'),
    }),
  ),
  ways: orNull(
    object<WaysAccount>({
      ended: integer('packets; = summarized + lost'),
      summarized: integer('of these, packets whose ways are in the report'),
      lost: integer('of these, packets whose ways are not: a drop of theirs may be in it, without functions'),
      no_room: integer(
        'packets that were too many at the same time: those that have ended are among the lost',
      ),
      in_flight: integer('further packets in the report, whose ends were not seen'),
    }),
  ),
  dropped: orNull(integer('packets; null without --drops')),
  trigger: orNull(dump),
  dumps: orNull(array(dump)),
  cost: orNull(cost),
  xdp_devices: array(xdpDevice),
  xdp_unseen_netns: integer('network namespaces'),
  xdp_drops: orNull(array(xdpDrop)),
  absent: array(string('what a filter asked for that was not there')),
  real_offset_ns: digits('ns; `timestamp` + this is the time since 1970'),
  clock_step_ns: number('ns'),
  end,
});
