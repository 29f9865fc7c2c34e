// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// A job's folder: what the guest needs to know, in a place that it sees through the host's files.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';

const guestScript = fileURLToPath(new URL('../guest/run', import.meta.url));

/** Writes the folder for one run. The caller removes it. */
export function createJob(options, kernel) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ipft-vm-'));
  const endMark = randomBytes(16).toString('hex');
  const env = { PATH: guestPath(), ...options.env };
  const lines = [
    assign('release', kernel.release),
    assign('kernel', kernel.folder),
    assign('hostname', `ipft-${options.kernel}`),
    assign('directory', process.cwd()),
    assign('stdin', options.stdin ? '1' : '0'),
    assign('end_mark', endMark),
    assignList('outputs', options.outputs),
    assignList('binds', options.binds),
    assignList('command', options.command),
    ...Object.entries(env).map(([name, value]) => `export ${assign(name, value)}`),
  ];
  fs.writeFileSync(path.join(folder, 'settings'), `${lines.join('\n')}\n`);
  // A copy: the one in the project may be edited while the guest runs.
  fs.copyFileSync(guestScript, path.join(folder, 'run'));
  return { folder, endMark };
}

// The node that runs this, the places where root's programs are, and the caller's own PATH: wrappers of programs that
// stand in it, such as those that pick a version of Python, take many seconds in a guest.
function guestPath() {
  const own = (process.env.PATH ?? '').split(':').filter((folder) => folder.startsWith('/'));
  const system = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];
  return [...new Set([path.dirname(process.execPath), ...system, ...own])].join(':');
}

const quote = (text) => `'${String(text).replaceAll("'", "'\\''")}'`;
const assign = (name, value) => `${name}=${quote(value)}`;
const assignList = (name, values) => `${name}=(${values.map(quote).join(' ')})`;
