/** What --help prints behind the options. */
export const EXAMPLES = `
Examples:
  # mark the packets, then see which functions they go through; Ctrl-C prints the table
  $ iptables -t raw -A OUTPUT -p tcp -d 10.0.0.10 -j MARK --set-mark 0xdeadbeef
  $ ipft -m 0xdeadbeef

  $ ipft -m 0xdeadbeef -r '^ip_' -o stream     a line for each call, as it happens
  $ ipft -m 0x100 --mask 0x100                 packets whose mark has this bit set
  $ ipft -m 0xdeadbeef -o json | jq .function  one JSON object a line
  $ ipft --list -r '^nf_'                      the functions that can be traced
  $ ipft -m 0xdeadbeef -b tracepoint           tracepoints only, for kernels where functions cannot be traced

Text: time stamp (ns since boot), CPU, function, [module], fields. 'stream' puts the packet's number in front:
#1 is the first packet of the trace, and a packet is an skb address.

Exit codes: 0 ended by a signal or a closed pipe, 2 usage, 3 environment, 4 not supported by this kernel,
5 kernel error, 70 a bug in ipft.
`;

/** What to do without a mark. */
export const HOW_TO_MARK = `mark the packets, then trace that mark:
  iptables -t raw -A OUTPUT -p tcp -d 10.0.0.10 -j MARK --set-mark 0xdeadbeef
  ipft -m 0xdeadbeef`;
