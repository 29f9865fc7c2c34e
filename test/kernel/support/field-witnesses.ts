/**
 * Who else tells what a column shows: for each column the test file that compares them. test/unit/field-witnesses.test.ts sees to it
 * that no column is missing.
 */
export const FIELD_WITNESSES = {
  /** arguments of the kernel's own kprobe events, with offsets from bpftool */
  'fields-kprobe': [
    ...[
      'packet-id',
      'timestamp',
      'processor-id',
      'function',
      'module',
      'len',
      'data-len',
      'mark',
      'iif',
      'ifindex',
    ],
    ...['priority', 'pkt-type', 'ip-summed', 'csum', 'hash', 'queue', 'protocol', 'encapsulation'],
    ...['mac-header', 'network-header', 'transport-header', 'headroom', 'users', 'cloned', 'truesize'],
    ...['pid', 'tid', 'comm', 'caller', 'stack', 'packet-number', 'is-return', 'return-value', 'duration'],
  ],
  /** the fields of the kernel's own trace events of packets */
  'fields-events': [
    ...[
      'ifname',
      'queue',
      'vlan',
      'protocol',
      'ip-summed',
      'len',
      'data-len',
      'network-offset',
      'transport-offset',
    ],
    ...[
      'mac-offset',
      'gso-size',
      'gso-segs',
      'gso-type',
      'nr-frags',
      'hash',
      'truesize',
      'reason',
      'delta',
      'age',
    ],
  ],
  /** tcpdump, on the same packets */
  'fields-wire': ['tuple', 'inner-tuple', 'ttl', 'ip-id', 'seq', 'ack', 'vlan', 'len'],
  /** ip, nft, stat and /proc */
  'fields-system': [
    'ifname',
    'ifindex',
    'netns',
    'pid',
    'tid',
    'comm',
    'cgroup',
    'mark',
    'priority',
    'pkt-type',
  ],
} as const;
