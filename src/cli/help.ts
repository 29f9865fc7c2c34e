/** What --help prints behind the options. */
export const EXAMPLES = `
Examples:
  # mark the packets, then see which functions they go through; Ctrl-C prints the table
  $ iptables -t raw -A OUTPUT -p tcp -d 10.0.0.10 -j MARK --set-mark 0xdeadbeef
  $ ipft -m 0xdeadbeef

  $ ipft -m 0xdeadbeef -r '^ip_' -o stream     a line for each call, as it happens
  $ ipft -m 0xdeadbeef -t function_graph       calls and returns, nested, with durations
  $ ipft -m 0x100 --mask 0x100                 packets whose mark has this bit set
  $ ipft -m 0xdeadbeef -o json | jq 'select(.function)'  one JSON object a line, then a summary
  $ ipft -m 0xdeadbeef --sample 1/100 --duration 10s --budget 5%   on a production host
  $ ipft --list -r '^nf_'                      the functions that can be traced
  $ ipft -m 0xdeadbeef -b tracepoint           tracepoints only, for kernels where functions cannot be traced

Text: time stamp (ns since boot), CPU, function, [module], fields; with -t function_graph the duration in front of
the function. 'stream' puts the packet's number in front:
#1 is the first packet of the trace. A packet is one life of an skb, whose address is used again.

Exit codes: 0 ended by a signal, a closed pipe, --count or --duration, 2 usage, 3 environment, 4 not supported by this
kernel, 5 kernel error, 7 something was lost (--fail-on-loss), 8 over --budget, 70 a bug in ipft.
`;

/** What to do without a mark. */
export const HOW_TO_MARK = `mark the packets, then trace that mark:
  iptables -t raw -A OUTPUT -p tcp -d 10.0.0.10 -j MARK --set-mark 0xdeadbeef
  ipft -m 0xdeadbeef`;
