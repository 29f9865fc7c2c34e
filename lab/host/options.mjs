// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// The command line of lab/vm.
import path from 'node:path';

export const usage = `usage: lab/vm KERNEL [OPTIONS] -- COMMAND [ARGUMENTS]

Boots a guest kernel (a version that lab/kernel --list prints), runs COMMAND in it as root in the current folder, and
exits with its exit code. The guest sees the host's files; what it writes is gone afterwards, except below --out.

  --append "ARGS"     more kernel arguments, e.g. lockdown=integrity
  --out FOLDER        this host folder is writable in the guest, at the same path; may be repeated
  --bind FROM:TO      the guest has the host's file or folder FROM at TO, which exists; may be repeated
  --env NAME[=VALUE]  pass a variable; may be repeated
  --stdin             pass standard input (else the command reads /dev/null)
  --timeout SECONDS   kill the guest after this time, boot included (default 600): exit 124
  --cpus N            virtual CPUs (default 2, with --icount 1; they share one host CPU without KVM)
  --memory SIZE       memory, as qemu's -m (default 3G)
  --accel kvm|tcg     do not find out by itself what works
  --icount            the guest's clock counts instructions, a nanosecond each, and jumps over idle time: figures
                      that nothing else on the host disturbs. Emulates (TCG) one CPU, and takes two to three
                      times as long; the guest knows it by ipft.icount in /proc/cmdline
  --verbose           show the guest's console and lab/vm's own steps on stderr

Exit codes of lab/vm itself: 2 bad usage, 124 timeout, 125 the guest did not boot or died, 128+N ended by signal N.`;

export class UsageError extends Error {}

/** Splits argv into lab/vm's options and the command after `--`. */
export function parse(argv) {
  const options = {
    kernel: '',
    append: '',
    outputs: [],
    binds: [],
    env: {},
    stdin: false,
    timeout: 600,
    cpus: null,
    memory: '3G',
    accel: null,
    icount: false,
    verbose: false,
    help: false,
    command: [],
  };
  const split = argv.indexOf('--');
  const own = split < 0 ? argv : argv.slice(0, split);
  options.command = split < 0 ? [] : argv.slice(split + 1);

  const rest = [...own];
  const value = (name) => {
    if (rest.length === 0) throw new UsageError(`${name} needs a value`);
    return rest.shift();
  };
  while (rest.length > 0) {
    const [word, inline] = splitOption(rest.shift());
    if (inline !== undefined) rest.unshift(inline);
    if (word in flags) flags[word](options);
    else if (word in valued) valued[word](options, value(word));
    else if (word.startsWith('-')) throw new UsageError(`unknown option ${word}`);
    else if (options.kernel) throw new UsageError(`unexpected ${word}: the command comes after --`);
    else options.kernel = word;
  }
  if (options.help) return options;
  if (!options.kernel) throw new UsageError('no kernel version given');
  if (options.command.length === 0) throw new UsageError('no command given: it comes after --');
  return options.icount ? countingInstructions(options) : { ...options, cpus: options.cpus ?? 2 };
}

/**
 * QEMU counts instructions in its emulator only, and here for one CPU. The clock of an idle guest jumps to its next timer, also
 * while it waits for the host's files: with a tick all the time that is 4 ms, without one a program that starts waits for
 * minutes of its clock, and every timeout expires.
 */
function countingInstructions(options) {
  if (options.accel === 'kvm') throw new UsageError('--icount emulates: not with --accel kvm');
  if ((options.cpus ?? 1) !== 1)
    throw new UsageError(`--icount is for one CPU: not with --cpus ${options.cpus}`);
  return { ...options, cpus: 1, accel: 'tcg', append: `${options.append} nohz=off ipft.icount` };
}

const flags = {
  '--help': (options) => (options.help = true),
  '-h': (options) => (options.help = true),
  '--stdin': (options) => (options.stdin = true),
  '--icount': (options) => (options.icount = true),
  '--verbose': (options) => (options.verbose = true),
};

const valued = {
  '--append': (options, value) => (options.append += ` ${value}`),
  '--out': (options, value) => options.outputs.push(path.resolve(value)),
  '--bind': (options, value) => {
    const [from, to] = splitOnce(value, ':');
    if (!to) throw new UsageError(`--bind is FROM:TO, not ${value}`);
    options.binds.push(path.resolve(from), path.resolve(to));
  },
  '--env': (options, value) => {
    const [name, given] = splitOnce(value, '=');
    const found = given ?? process.env[name];
    if (found !== undefined) options.env[name] = found;
  },
  '--timeout': (options, value) => (options.timeout = positive('--timeout', value)),
  '--cpus': (options, value) => (options.cpus = positive('--cpus', value)),
  '--memory': (options, value) => (options.memory = value),
  '--accel': (options, value) => {
    if (!['kvm', 'tcg'].includes(value)) throw new UsageError(`--accel is kvm or tcg, not ${value}`);
    options.accel = value;
  },
};

function splitOption(word) {
  return word.startsWith('--') ? splitOnce(word, '=') : [word];
}

function splitOnce(text, separator) {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

function positive(name, text) {
  const number = Number(text);
  if (!(number > 0)) throw new UsageError(`${name} needs a positive number, not ${text}`);
  return number;
}
