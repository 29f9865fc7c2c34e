// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HOME } from '../home.js';
import { packageFile, VERSION } from './packages.js';

/** The parts of an OCI runtime's config.json that are changed here. */
interface Configuration {
  process: {
    terminal: boolean;
    args: string[];
    capabilities: Record<string, string[]>;
    rlimits?: unknown;
  };
  root: { readonly: boolean };
  mounts: { destination: string; type?: string; source?: string; options?: string[] }[];
  linux: { namespaces: { type: string }[]; seccomp?: object };
}

/** How a container runs, as `docker run` has it. */
export interface Run {
  readonly args: readonly string[];
  /** without CAP_ */
  readonly capabilities: readonly string[];
  /** whether /sys/kernel/tracing is mounted into the container */
  readonly tracing: boolean;
  /** system calls that a seccomp profile refuses */
  readonly refused?: readonly string[];
}

const TRACING = '/sys/kernel/tracing';
/** Between what the container wrote to stdout and to stderr. */
const SEAM = '==== exit code ';

/** The image of `make dist`, unpacked for an OCI runtime. */
export class Bundle {
  readonly folder = mkdtempSync(join(tmpdir(), 'ipft-image-'));
  readonly #path = join(this.folder, 'bundle');

  /** `arch`: as Node.js names it */
  constructor(readonly arch = 'x64') {
    const layout = join(this.folder, 'layout');
    mkdirSync(layout);
    execFileSync('tar', ['-xf', packageFile(`ipft-${VERSION}-image-linux-${arch}.tar`), '-C', layout]);
    execFileSync('umoci', ['unpack', '--image', `${layout}:ipft:${VERSION}`, this.#path], { stdio: 'pipe' });
  }

  /**
   * Runs it by crun in a guest, in the guest's namespaces of network and processes and with a read-only root; sends a marked
   * ping from outside of the container when it traces.
   */
  run(kernel: string, run: Run): { readonly code: number; readonly stdout: string; readonly stderr: string } {
    this.#configure(run);
    const script = `mountpoint -q ${TRACING} || mount -t tracefs tracefs ${TRACING}
      cd /run; : >err
      crun --cgroup-manager=disabled run --bundle ${this.#path} ipft >out 2>err & pid=$!
      while kill -0 $pid 2>/dev/null && ! grep -q '^Trace ready' err; do sleep 0.1; done
      ping -q -c 1 -m 1 127.0.0.1 >/dev/null; wait $pid; code=$?
      cat out; echo "${SEAM}$code"; cat err`;
    const { stdout } = spawnSync(join(HOME, 'lab/vm'), [kernel, '--', 'bash', '-c', script], {
      encoding: 'utf8',
    });
    const [out = '', code = '', err = ''] = stdout.split(new RegExp(`${SEAM}(\\d+)\n`));
    return { code: Number(code), stdout: out, stderr: err };
  }

  #configure({ args, capabilities, tracing, refused = [] }: Run): void {
    const path = join(this.#path, 'config.json');
    const now = JSON.parse(readFileSync(path, 'utf8')) as Configuration;
    now.process.terminal = false;
    now.process.args = ['/opt/ipft/ipft', ...args];
    const all = capabilities.map((name) => `CAP_${name}`);
    for (const kind of Object.keys(now.process.capabilities)) now.process.capabilities[kind] = all;
    delete now.process.rlimits;
    now.root.readonly = true;
    now.mounts = now.mounts.filter(({ destination }) => !destination.startsWith('/sys'));
    now.mounts.push({ destination: '/sys', type: 'none', source: '/sys', options: ['bind', 'ro'] });
    if (tracing)
      now.mounts.push({ destination: TRACING, type: 'none', source: TRACING, options: ['bind', 'rw'] });
    now.linux.namespaces = now.linux.namespaces.filter(({ type }) => type !== 'network' && type !== 'pid');
    delete now.linux.seccomp;
    if (refused.length > 0)
      now.linux.seccomp = {
        defaultAction: 'SCMP_ACT_ALLOW',
        architectures: [this.arch === 'arm64' ? 'SCMP_ARCH_AARCH64' : 'SCMP_ARCH_X86_64'],
        syscalls: [{ names: refused, action: 'SCMP_ACT_ERRNO', errnoRet: 1 }],
      };
    writeFileSync(path, JSON.stringify(now));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
