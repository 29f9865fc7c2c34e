// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/** A command line that shows what ipft can do. */
interface Example {
  readonly command: string;
  readonly about: string;
}

/** To begin with. */
export const FIRST_STEPS = {
  about: 'mark the packets, then see which functions they go through; Ctrl-C prints the table',
  commands: [
    'iptables -t raw -A OUTPUT -p tcp -d 10.0.0.10 -j MARK --set-mark 0xdeadbeef',
    'ipft -m 0xdeadbeef',
  ],
} as const;

export const EXAMPLES: readonly Example[] = [
  { command: "ipft -m 0xdeadbeef -r '^ip_' -o stream", about: 'a line for each call, as it happens' },
  { command: 'ipft -m 0xdeadbeef --drops', about: 'packets that are dropped: their path, where and why' },
  { command: 'ipft -m 0xdeadbeef -t function_graph', about: 'calls and returns, nested, with durations' },
  {
    command: "ipft --filter 'tcp port 80' -f len,tuple",
    about: 'packets as in pcap-filter(7), with what is in them',
  },
  { command: 'ipft -m 0x100 --mask 0x100', about: 'packets whose mark has this bit set' },
  { command: 'ipft -m 0xdeadbeef -- curl http://10.0.0.10/', about: 'as long as the command runs' },
  {
    command: "ipft -m 0xdeadbeef -o json | jq 'select(.function)'",
    about: 'one JSON object a line, then a summary',
  },
  {
    command: 'ipft -m 0xdeadbeef -o csv --output-file trace.csv --rotate 100MB --rotate-keep 10',
    about: 'the newest 1 GB',
  },
  {
    command: 'ipft -m 0xdeadbeef --sample 1/100 --duration 10s --budget 5%',
    about: 'on a production host',
  },
  { command: "ipft --list -r '^nf_'", about: 'the functions that can be traced' },
  {
    command: 'ipft -m 0xdeadbeef -b tracepoint',
    about: 'tracepoints only, for kernels where functions cannot be traced',
  },
];

export const OUTPUT = `Text: time stamp (ns since boot), CPU, function, [module], fields; with -t function_graph the duration in front of
the function. 'stream' puts the packet's number in front: #1 is the first packet of the trace. A packet is one life of an
skb, whose address is used again.`;

/** Exit codes and what they mean. */
export const EXIT_CODES: readonly (readonly [code: string, meaning: string])[] = [
  ['0', 'ended by a signal, a closed pipe, --count or --duration'],
  ['1', 'they differ (ipft diff --exit-code)'],
  ['2', 'usage'],
  ['3', 'environment: privilege, lockdown, no BTF, a full disk'],
  ['4', 'not supported by this kernel'],
  ['5', 'kernel error'],
  ['6', 'an extension failed'],
  ['7', 'something was lost (--fail-on-loss)'],
  ['8', 'over --budget'],
  ['9', 'a check found something wrong (--fail-on-check)'],
  ['70', 'a bug in ipft'],
  ['126, 127', 'the command after -- cannot be executed, was not found'],
];

/** Behind the exit codes. */
export const COMMAND_STATUS =
  "With a command after --, its exit status, or 128 + the signal that ended it, unless ipft itself fails. The command's stdout " +
  "goes to ipft's stderr, so that the results on stdout stay whole, unless they go to --output-file.";

/** The text in lines of at most `width` characters. */
function wrapped(text: string, width: number): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line === '') lines[lines.length - 1] = word;
    else if (line.length + 1 + word.length <= width) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines.join('\n');
}

const COMMAND_WIDTH = 44;
const HELP_WIDTH = 118;

/** What --help prints after the options. */
export const MORE_HELP = `
Examples:
  # ${FIRST_STEPS.about}
${FIRST_STEPS.commands.map((command) => `  $ ${command}\n`).join('')}
${EXAMPLES.map(({ command, about }) => `  $ ${command.padEnd(COMMAND_WIDTH)}  ${about}\n`).join('')}
${OUTPUT}

${wrapped(`Exit codes: ${EXIT_CODES.map(([code, meaning]) => `${code} ${meaning}`).join('; ')}.`, HELP_WIDTH)}
${wrapped(COMMAND_STATUS, HELP_WIDTH)}
`;

/** What to do without a mark. */
export const HOW_TO_MARK = ['mark the packets, then trace that mark:', ...FIRST_STEPS.commands].join('\n  ');
