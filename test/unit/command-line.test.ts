// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { parseNumber } from '../../src/cli/values.js';
import { parse, usageError } from '../support/ipft/command-line.js';

describe('numbers', () => {
  it.each([
    ['0', 0],
    ['16', 16],
    ['0x10', 16],
    ['0XfF', 255],
    ['020', 16],
    ['00', 0],
    ['0xdeadbeef', 0xdeadbeef],
  ])('%s is %i', (text, value) => {
    expect(parseNumber(text)).toBe(value);
  });

  it.each(['', ' ', 'xyz', '-1', '+1', '0x', '08', '1e3', '1.5', ' 1', '1 ', '0b1', '0o7', '١'])(
    '%j is not a number',
    (text) => {
      expect(parseNumber(text)).toBeNull();
    },
  );
});

describe('a trace', () => {
  it('has the defaults of ipftrace2, and of ipft for the ring buffer', () => {
    expect(parse('-m', '0xdeadbeef')).toEqual({
      kind: 'trace',
      options: {
        mark: 0xdeadbeef,
        mask: 0xffffffff,
        filters: {},
        backend: 'auto',
        force: false,
        tracer: 'function',
        output: 'aggregate',
        selection: { function: undefined, module: undefined },
        verbose: false,
        pageCount: undefined,
        samplePeriod: 1,
        wakeupEvents: 0,
        count: undefined,
        durationMs: undefined,
        maxRate: undefined,
        sample: 1,
        budget: undefined,
        failOnLoss: false,
        commandLine: true,
        setRlimits: true,
        probeServerPort: undefined,
        readyFile: undefined,
      },
    });
  });

  it('accepts every flag', () => {
    const argv =
      '-m 0 --mask 0 -b ftrace --force -t function_graph -r ^ip_ --module-regex vmlinux -o json -v --perf-page-count 8';
    const more = '--perf-sample-period 2 --perf-wakeup-events 3 --no-set-rlimit --enable-probe-server';
    const limits = '--count 5 --duration 1.5m --max-rate 1000 --sample 1/16 --budget 2.5% --fail-on-loss';
    const rest =
      '--probe-server-port 99 --ready-file /tmp/x --output-file /tmp/y --rotate 1MiB --rotate-keep 3 -w z --no-command-line';
    const packets =
      '--filter udp --inner --where skb->len --ifname lo --netns a --pid 1 --comm b --cgroup / -f @gso';
    expect(parse(...`${argv} ${more} ${limits} ${rest} ${packets}`.split(' '))).toEqual({
      kind: 'trace',
      options: {
        mark: 0,
        mask: 0,
        filter: 'udp',
        inner: true,
        where: 'skb->len',
        filters: { ifname: 'lo', netns: 'a', pid: '1', comm: 'b', cgroup: '/' },
        fields: '@gso',
        backend: 'fentry',
        force: true,
        tracer: 'function_graph',
        output: 'json',
        selection: { function: /^ip_/, module: /vmlinux/ },
        verbose: true,
        pageCount: 8,
        samplePeriod: 2,
        wakeupEvents: 3,
        count: 5,
        durationMs: 90_000,
        maxRate: 1000,
        sample: 16,
        budget: 0.025,
        failOnLoss: true,
        setRlimits: false,
        probeServerPort: 99,
        readyFile: '/tmp/x',
        outputFile: '/tmp/y',
        rotate: 1024 * 1024,
        rotateKeep: 3,
        write: 'z',
        commandLine: false,
      },
    });
  });

  it('has --container, which does not go with --netns and --cgroup', () => {
    expect(parse('--container', 'web')).toMatchObject({ options: { filters: { container: 'web' } } });
    for (const other of ['--netns', '--cgroup'])
      expect(() => parse('--container', 'web', other, '/x')).toThrow(`it does not go with ${other}`);
  });

  it.each([
    ['500ms', 500],
    ['10s', 10_000],
    ['0.5', 500],
    ['5m', 300_000],
    ['576h', 2_073_600_000],
  ])('ends after --duration %s', (text, durationMs) => {
    expect(parse('-m', '1', '--duration', text)).toMatchObject({ options: { durationMs } });
  });

  it.each([
    ['4000', 4000],
    ['4kB', 4000],
    ['4KiB', 4096],
    ['1.5MB', 1_500_000],
    ['2MiB', 2 * 1024 * 1024],
    ['3GB', 3e9],
    ['1GiB', 1024 ** 3],
  ])('starts a new file after --rotate %s', (text, rotate) => {
    expect(parse('-m', '1', '--output-file', 'x', '--rotate', text)).toMatchObject({ options: { rotate } });
  });

  it('takes all words after -- as the command, even if they look like options', () => {
    const command = ['curl', '-m', '5', '--', '--count'];
    const request = parse('-m', '1', '--', ...command);
    expect(request).toMatchObject({ options: { mark: 1, command } });
    expect(request).not.toHaveProperty('options.count');
  });

  it('serves probes on port 13720 if asked to', () => {
    expect(parse('-m', '1', '--enable-probe-server')).toMatchObject({ options: { probeServerPort: 13720 } });
  });
});

describe('other requests', () => {
  it('lists without a mark', () => {
    expect(parse('-l', '-o', 'json')).toMatchObject({ kind: 'list', options: { json: true } });
    expect(parse('--list', '-r', 'x')).toMatchObject({
      options: { json: false, selection: { function: /x/ } },
    });
  });

  it('lists what a given backend can trace', () => {
    expect(parse('--list')).toMatchObject({ options: { backend: 'auto' } });
    expect(parse('--list', '-b', 'tracepoint')).toMatchObject({ options: { backend: 'tracepoint' } });
  });

  const asked = (name: string, options: object) => ({ kind: 'subcommand', name, options });

  it('runs ipft doctor', () => {
    expect(parse('doctor')).toEqual(asked('doctor', { json: false }));
    expect(parse('doctor', '--json')).toEqual(asked('doctor', { json: true }));
    expect(parse('doctor', '--help')).toHaveProperty('text', expect.stringContaining('ipft doctor [--json]'));
    expect(usageError('doctor', '-m', '1').message).toContain("unknown option '-m'");
    expect(usageError('doctor', 'surplus').message).toBe("unexpected argument 'surplus'");
  });

  it('prints the schema of lines', () => {
    expect(parse('schema')).toEqual(asked('schema', { kind: undefined }));
    expect(parse('schema', 'drop')).toEqual(asked('schema', { kind: 'drop' }));
    expect(usageError('schema', 'line').message).toMatch(
      /'line' is invalid .* event, drop, relation, packet, summary/,
    );
    expect(usageError('schema', 'event', 'drop').message).toBe("unexpected argument 'drop'");
  });

  it('runs ipft fields', () => {
    expect(parse('fields')).toEqual(asked('fields', { json: false }));
    expect(parse('fields', 'skb->dev', '--json')).toEqual(asked('fields', { json: true, path: 'skb->dev' }));
    expect(parse('fields', '--help')).toHaveProperty('text', expect.stringContaining('ipft fields [PATH]'));
    expect(usageError('fields', 'skb', 'surplus').message).toBe("unexpected argument 'surplus'");
  });

  it('shows help and version on stdout', () => {
    expect(parse('--version')).toEqual({ kind: 'text', text: '1.2.3\n' });
    for (const flag of ['-h', '--help']) {
      const request = parse(flag);
      expect(request.kind).toBe('text');
      expect(request).toHaveProperty('text', expect.stringContaining('iptables -t raw -A OUTPUT'));
    }
  });
});

describe('bad input names what was expected, what was received and a remedy', () => {
  it.each([
    [
      ['--mark', 'xyz'],
      /--mark: expected a number from 0 to 0xffffffff.*received 'xyz'/,
      /--mark 0xdeadbeef/,
    ],
    [['--mark', '-1'], /received '-1'/, /--mark/],
    [['-m', '-1'], /received '-1'/, /--mark/],
    [['--mark', '0x1ffffffff'], /received '0x1ffffffff'/, /--mark/],
    [['-m', ''], /received ''/, /--mark/],
    [['-m', '1', '--mask', '4294967296'], /--mask: .*received '4294967296'/, /--mask/],
    [['-m', '0x1/0xff', '--mask', '1'], /--mark has a mask already/, /leave --mask out/],
    [['-m', '0x101/0xff'], /'0x101\/0xff' matches no mark/, /--mark 0x1\/0xff/],
    [['-m', '1/2/3'], /received '1\/2\/3'/, /--mark/],
    [['--mask', '1'], /neither a mark nor a filter/, /-m 0xdeadbeef/],
    [['-m', '1', '-r', '('], /--regex: expected a regular expression, received '\('/, /--regex/],
    [['-m', '1', '--module-regex', '['], /--module-regex/, /--module-regex/],
    [
      ['-m', '1', '-b', 'ebpf'],
      /expected one of auto, fentry-multi, kprobe-multi, kprobe, fentry, ftrace, tracepoint, received 'ebpf'/,
      /--backend auto/,
    ],
    [
      ['-m', '1', '-o', 'xml'],
      /expected one of aggregate, stream, json, csv, perfetto, speedscope, folded, html, pcapng, received 'xml'/,
      /--output aggregate/,
    ],
    [['-m', '1', '-t', 'fn'], /expected one of function, function_graph, received 'fn'/, /--tracer function/],
    [['-m', '1', '--perf-page-count', '1000'], /power of two.*received '1000'/, /512 or .*1024/],
    [['-m', '1', '--perf-page-count', '0'], /power of two/, /1024/],
    [['-m', '1', '--perf-sample-period', '0'], /from 1 to/, /1/],
    [['-m', '1', '--perf-wakeup-events', 'x'], /received 'x'/, /0/],
    [['-m', '1', '--probe-server-port', '70000'], /a TCP port from 1 to 65535/, /13720/],
    [['-m', '1', '--probe-server-port', '0'], /a TCP port/, /13720/],
    [['-m', '1', '--count', '0'], /--count: expected a number from 1 .*received '0'/, /--count 1/],
    [['-m', '1', '--max-rate', '-5'], /--max-rate: .*received '-5'/, /--max-rate 1/],
    [['-m', '1', '--duration', '10d'], /a time from 1ms to 576h .*received '10d'/, /--duration 10s/],
    [['-m', '1', '--duration', '0'], /received '0'/, /--duration 10s/],
    [['-m', '1', '--duration', '577h'], /received '577h'/, /--duration 10s/],
    [['-m', '1', '--duration', 's'], /received 's'/, /--duration 10s/],
    [['-m', '1', '--sample', '16'], /expected 1\/N.*received '16'/, /--sample 1\/100/],
    [['-m', '1', '--sample', '1/0'], /received '1\/0'/, /--sample 1\/100/],
    [['-m', '1', '--budget', '5'], /a percentage of one CPU.*received '5'/, /--budget 5%/],
    [['-m', '1', '--budget', '0%'], /more than 0%/, /--budget 5%/],
    [['-m'], /argument missing/, /--help/],
    [['-m', '1', '--'], /no command after --/, /ipft -m 1 -- curl/],
    [['-m', '1', '--also', 'json'], /--also: expected an output and a file/, /--also json=trace.json/],
    [['-m', '1', '--also', 'xml=a'], /--also: expected one of .*, received 'xml'/, /--also aggregate/],
    [['-m', '1', '--also', 'json=a', '--also', 'csv=./a'], /--also: .\/a is already written/, /another file/],
    [['-m', '1', '--also', 'json=a', '--output-file', 'a'], /--also: a is already written/, /another file/],
    [['-m', '1', '--also', 'json=a', '--ready-file', 'a'], /--also: a is already written/, /another file/],
    [
      ['-m', '1', '--drops', '--also', 'stream=a'],
      /--drops: -o stream cannot show dropped packets/,
      /-o aggregate/,
    ],
    [['--list', '--also', 'json=a'], /--list: it does not trace/, /leave the command/],
    [['-m', '1', '--rotate', '1MB'], /--rotate: there is no file/, /--output-file PATH, or -w PATH/],
    [['-m', '1', '--output-file', 'x', '--rotate-keep', '2'], /--rotate-keep: no files/, /--rotate 100MB/],
    ...['1kB', '3999', '1TB', '-5MB', '1 MB', 'x', ''].map(
      (size) =>
        [
          ['-m', '1', '--output-file', 'x', '--rotate', size],
          /--rotate: expected a size of at least 4000 B/,
          /--rotate 100MB/,
        ] as [string[], RegExp, RegExp],
    ),
    [['--list', '--', 'ls'], /--list: it does not trace/, /leave the command/],
    [['--list', '--output-file', 'x'], /--list: it does not trace/, /leave the command/],
    [['-m', '1', 'surplus'], /unexpected argument 'surplus'/, /after --: ipft -m 1 -- surplus/],
    [['help'], /unexpected argument 'help'/, /doctor, fields, schema, completion come first/],
    [['-v', 'doctor'], /unexpected argument 'doctor'/, /come first of all, without options/],
    [
      ['-m', '1', '--ready-file', 'a', '--output-file', './a'],
      /--ready-file: .* --output-file/,
      /another file/,
    ],
    [['--list', '-o', 'csv'], /--list/, /-o json/],
    [['--list', '--drops'], /--list/, /--drops out/],
    [['--makr', '1'], /unknown option '--makr'/, /Did you mean --mark\?.*--help/],
    [
      [],
      /neither a mark nor a filter given/,
      /iptables -t raw .* --set-mark 0xdeadbeef\n +ipft -m 0xdeadbeef/,
    ],
  ])('%j', (argv, message, remedy) => {
    const error = usageError(...argv);
    expect(error.message).toMatch(message);
    expect(error.remedy).toMatch(remedy);
    expect(error.exitCode).toBe(2);
  });

  it('accepts -s for an extension, as ipftrace2 did', () => {
    expect(parse('-m', '1', '-s', 'a.lua', '-e', 'b.lua', '--script', 'c.lua')).toMatchObject({
      options: { extensions: ['b.lua', 'a.lua', 'c.lua'] },
    });
  });
});
