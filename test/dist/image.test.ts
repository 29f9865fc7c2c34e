// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HOME } from '../support/home.js';
import { Bundle } from '../support/dist/bundle.js';
import { packageFile, VERSION } from '../support/dist/packages.js';
import { fromNpm } from '../host/from-npm.mjs';

interface Pod {
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly containers: [
          {
            readonly args: string[];
            readonly securityContext: { readonly capabilities: { readonly add: string[] } };
          },
        ];
      };
    };
  };
}

let bundle: Bundle | undefined;
beforeAll(() => {
  bundle = new Bundle();
});
afterAll(() => bundle?.remove());

/** An object of share/kubernetes, by the package yaml. */
async function manifest(name: string): Promise<Pod> {
  const { parse } = (await import(join(fromNpm('yaml', '2.9.1'), 'dist/index.js'))) as {
    parse: (text: string) => Pod;
  };
  return parse(readFileSync(join(HOME, 'share/kubernetes', `${name}.yaml`), 'utf8'));
}

const TRACE = ['-m', '1', '--count', '20', '--duration', '30s'];
const SOME = ['BPF', 'PERFMON', 'SYSLOG'];

describe('the image', () => {
  it('is an OCI archive, with an entry point', () => {
    const archive = `oci-archive:${packageFile(`ipft-${VERSION}-image-linux-x64.tar`)}`;
    const text = execFileSync('skopeo', ['inspect', '--config', archive], { encoding: 'utf8' });
    expect(JSON.parse(text)).toMatchObject({
      architecture: 'amd64',
      os: 'linux',
      config: { Entrypoint: ['/opt/ipft/ipft'] },
    });
  });

  it.each([
    ['6.12', SOME],
    ['7.2', SOME],
    ['6.12', ['SYS_ADMIN', 'SYSLOG']],
    ['5.10', ['SYS_ADMIN', 'SYSLOG', 'SYS_RESOURCE']],
  ])('traces the guest in which it runs, from a read-only root: Linux %s, %j', (kernel, capabilities) => {
    const ran = bundle?.run(kernel, { args: TRACE, capabilities, tracing: true });
    expect(ran).toMatchObject({ code: 0, stderr: expect.stringContaining('Samples: 20 Lost: 0') as string });
    expect(ran?.stdout).toMatch(/ ip_output \(len: 84\)\n/);
  });

  it('compiles pcap expressions', () => {
    const args = ['--filter', 'icmp', '--count', '20', '--duration', '30s'];
    const ran = bundle?.run('6.12', { args, capabilities: SOME, tracing: true });
    expect(ran).toMatchObject({ code: 0, stderr: expect.stringContaining('Samples: 20 Lost: 0') as string });
  });

  it.each<[string, Parameters<Bundle['run']>[1], RegExp]>([
    [
      'CAP_SYSLOG',
      { args: TRACE, capabilities: ['SYS_ADMIN'], tracing: true },
      /shows no addresses .*\nTry: the capability CAP_SYSLOG, for a container --cap-add SYSLOG\n/,
    ],
    [
      'tracefs',
      { args: TRACE, capabilities: SOME, tracing: false },
      /tracefs is not mounted: .*\nTry: .*; for a container -v \/sys\/kernel\/tracing:\/sys\/kernel\/tracing\n/,
    ],
    [
      'bpf(2)',
      { args: TRACE, capabilities: SOME, tracing: true, refused: ['bpf'] },
      /EPERM\); a seccomp filter is in force\nTry: a seccomp profile that allows bpf\(2\)/,
    ],
    [
      'perf_event_open(2)',
      { args: [...TRACE, '-b', 'kprobe'], capabilities: SOME, tracing: true, refused: ['perf_event_open'] },
      /EPERM.*seccomp|seccomp.*EPERM/,
    ],
    [
      'capabilities',
      { args: TRACE, capabilities: ['NET_ADMIN'], tracing: true },
      /no privilege to trace the kernel: .*\nTry: /,
    ],
  ])('without %s ends with 3 and names the remedy', (_, run, message) => {
    const ran = bundle?.run('6.12', run);
    expect(ran).toMatchObject({ code: 3, stdout: '' });
    expect(ran?.stderr).toMatch(message);
  });
});

describe('share/kubernetes', () => {
  it.each([
    ['job', 'batch/v1/Job', 'Job'],
    ['daemonset', 'apps/v1/DaemonSet', 'DaemonSet'],
  ])('%s.yaml is what the schema of Kubernetes asks for', async (name, path, kind) => {
    const models = fromNpm('kubernetes-models', '5.1.0');
    const module = (await import(join(models, `${path}.js`))) as Record<
      string,
      new (of: unknown) => { validate(): void }
    >;
    const Model = module[kind];
    if (Model === undefined) throw new Error(`no model of ${kind}`);
    const pod = await manifest(name);
    expect(() => {
      new Model(pod).validate();
    }).not.toThrow();
    expect(() => {
      new Model({ ...pod, spec: { ...pod.spec, template: 'none' } }).validate();
    }).toThrow(/template/);
  });

  it('job.yaml has the capabilities and options for a trace', async () => {
    const [{ args, securityContext }] = (await manifest('job')).spec.template.spec.containers;
    const own = args.map((word) => ({ '0xdeadbeef': '1', '10000': '20', '60s': '30s' })[word] ?? word);
    const capabilities = securityContext.capabilities.add;
    const ran = bundle?.run('6.12', { args: own, capabilities, tracing: true });
    expect(ran).toMatchObject({ code: 0, stderr: expect.stringContaining('Samples: 20 Lost: 0') as string });
  });
});
