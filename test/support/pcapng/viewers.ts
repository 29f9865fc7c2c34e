// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { HOME } from '../home.js';

/** Suites of Debian whose programs read our files. */
export const SUITES = ['bookworm', 'trixie'] as const;
export type Suite = (typeof SUITES)[number];

/** The programs that read capture files, of one suite of Debian, in a folder that lab/root has filled. */
export class Viewers {
  readonly #root: string;
  readonly #folder: string;

  /** Fetches them if they are not there. Throws if that is not possible. */
  constructor(suite: Suite) {
    const said = execFileSync(join(HOME, 'lab/root'), [suite, 'tshark', 'tcpdump'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#root = said.trim();
    this.#folder = mkdtempSync(join(this.#root, 'tmp/ipft-'));
    chmodSync(this.#folder, 0o777);
  }

  get #inside(): string {
    return this.#folder.slice(this.#root.length);
  }

  /** Puts a file where the programs find it, and returns its path there. */
  add(file: string): string {
    copyFileSync(file, join(this.#folder, basename(file)));
    chmodSync(join(this.#folder, basename(file)), 0o644);
    return `${this.#inside}/${basename(file)}`;
  }

  /** A path for a file that a program writes. */
  path(name: string): string {
    return `${this.#inside}/${name}`;
  }

  read(path: string): Buffer {
    return readFileSync(join(this.#root, path));
  }

  /** What a program prints. Throws unless it ends well. Not as root: tshark 4.4 then leaves Lua scripts out, and says nothing. */
  run(program: string, ...args: readonly string[]): string {
    const { status, stdout, stderr } = spawnSync(
      'chroot',
      ['--userspec=65534:65534', this.#root, program, ...args],
      {
        encoding: 'utf8',
        maxBuffer: 1 << 28,
        env: { PATH: '/usr/bin:/usr/sbin', LC_ALL: 'C.UTF-8', TZ: 'UTC', HOME: '/tmp' },
      },
    );
    if (status !== 0) throw new Error(`${program}: ${status}: ${stderr}`);
    return stdout;
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** The packets of a file of libpcap's with times in ns. */
export function packetsOf(file: Buffer): { readonly bytes: Buffer; readonly length: number }[] {
  const packets = [];
  for (let at = 24; at < file.length;) {
    const size = file.readUInt32LE(at + 8);
    packets.push({ bytes: file.subarray(at + 16, at + 16 + size), length: file.readUInt32LE(at + 12) });
    at += 16 + size;
  }
  return packets;
}
