// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { copyFileSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run, shell } from '../kernel/system.js';
import { runSilently } from '../traffic/traffic.js';

/* Containers of crun, which needs no daemon: a bundle by hand, with busybox and what ping is linked with. */

const CAPABILITIES = ['CAP_NET_ADMIN', 'CAP_NET_RAW'];
const SHARED = ['/usr', '/lib', '/lib64'];
const CRUN = ['crun', '--cgroup-manager=cgroupfs'] as const;

/** The OCI runtime's config.json. */
const configOf = (namespaces: readonly string[]): object => ({
  ociVersion: '1.0.0',
  process: {
    ...{ terminal: false, user: { uid: 0, gid: 0 }, cwd: '/', env: ['PATH=/bin:/usr/bin'] },
    args: ['/bin/busybox', 'sleep', '1000'],
    capabilities: { bounding: CAPABILITIES, effective: CAPABILITIES, permitted: CAPABILITIES },
  },
  root: { path: 'rootfs', readonly: true },
  mounts: [
    { destination: '/proc', type: 'proc', source: 'proc' },
    ...SHARED.map((folder) => ({ destination: folder, source: folder, options: ['bind', 'ro'] })),
  ],
  linux: { namespaces: namespaces.map((type) => ({ type })) },
});

/** Starts a container that does nothing; with the host's network, or with a namespace of its own in which lo is up. */
export function startContainer(name: string, network: 'own' | 'host'): void {
  const bundle = mkdtempSync('/tmp/ipft-bundle-');
  for (const folder of ['bin', 'dev', 'proc', ...SHARED])
    mkdirSync(join(bundle, 'rootfs', folder), { recursive: true });
  copyFileSync('/bin/busybox', join(bundle, 'rootfs/bin/busybox'));
  const namespaces = ['pid', 'mount', ...(network === 'own' ? ['network'] : [])];
  writeFileSync(join(bundle, 'config.json'), JSON.stringify(configOf(namespaces)));
  // its output stays open as long as the container runs
  shell(
    `${CRUN.join(' ')} run -d -b ${bundle} ${name} </dev/null &>${bundle}/log || { cat ${bundle}/log >&2; false; }`,
  );
}

/** Runs a command in the container. */
export const inContainer = (name: string, ...command: string[]): Promise<void> =>
  runSilently(CRUN[0], ['exec', name, ...command]);

export const deleteContainer = (name: string): string => run(...CRUN, 'delete', '--force', name);
