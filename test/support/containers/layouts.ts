// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Content, MadeProcess } from './host-tree.js';

export const ID = '3f1c0de5a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c';
export const OTHER = '77aa0de5a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c';
const POD = 'pod8d6c11f7-0f2f-4a0e-9a55-0c8f2a1b7d3e';

export interface Layout {
  readonly processes: readonly MadeProcess[];
  readonly files?: Readonly<Record<string, Content>>;
  readonly names: readonly string[];
}

export const DOCKER = { Name: '/web', ID, State: { Running: true, Paused: false, Pid: 200 } };
export const TASKS = '/run/containerd/io.containerd.runtime.v2.task';
export const STORAGE = '/var/lib/containers/storage/overlay-containers';
const CRI = {
  annotations: {
    'io.kubernetes.cri.container-name': 'app',
    'io.kubernetes.cri.container-type': 'container',
    'io.kubernetes.cri.sandbox-name': 'web-0',
    'io.kubernetes.cri.sandbox-namespace': 'shop',
  },
};
const RUNC_STATE = {
  id: ID,
  init_process_pid: 200,
  init_process_start: 200,
  cgroup_paths: { '': '/sys/fs/cgroup/a/b' },
};

/** What each runtime leaves on a host: process 200 is the container's first, 201 another one of it. */
export const LAYOUTS: Readonly<Record<string, Layout>> = {
  'docker, by systemd': {
    processes: [{ pid: 200, cgroup: `/system.slice/docker-${ID}.scope` }],
    files: { [`/var/lib/docker/containers/${ID}/config.v2.json`]: DOCKER },
    names: ['web', ID, ID.slice(0, 12)],
  },
  'docker, by cgroupfs, with runc': {
    processes: [{ pid: 200, cgroup: `/docker/${ID}` }],
    files: {
      [`/var/lib/docker/containers/${ID}/config.v2.json`]: DOCKER,
      [`/run/docker/runtime-runc/moby/${ID}/state.json`]: RUNC_STATE,
      [`${TASKS}/moby/${ID}/init.pid`]: '200',
      [`${TASKS}/moby/${ID}/config.json`]: { annotations: null },
    },
    names: ['web', ID.slice(0, 20)],
  },
  'docker for Kubernetes': {
    processes: [{ pid: 200, cgroup: `/kubepods.slice/kubepods-${POD}.slice/docker-${ID}.scope` }],
    files: {
      [`/var/lib/docker/containers/${ID}/config.v2.json`]: {
        ...DOCKER,
        Name: '/k8s_app_web-0_shop_8d6c11f7_0',
      },
    },
    names: ['app', 'web-0/app', 'shop/web-0/app', 'k8s_app_web-0_shop_8d6c11f7_0'],
  },
  'containerd for Kubernetes, by systemd': {
    processes: [
      {
        pid: 200,
        cgroup: `/kubepods.slice/kubepods-burstable.slice/kubepods-${POD}.slice/cri-containerd-${ID}.scope`,
      },
    ],
    files: { [`${TASKS}/k8s.io/${ID}/init.pid`]: '200', [`${TASKS}/k8s.io/${ID}/config.json`]: CRI },
    names: ['app', 'web-0/app', 'shop/web-0/app', ID],
  },
  'containerd for Kubernetes, by cgroupfs': {
    processes: [{ pid: 200, cgroup: `/kubepods/burstable/${POD}/${ID}` }],
    files: { [`${TASKS}/k8s.io/${ID}/init.pid`]: '200', [`${TASKS}/k8s.io/${ID}/config.json`]: CRI },
    names: ['app', 'web-0/app', 'shop/web-0/app', ID.slice(0, 12)],
  },
  'an early containerd for Kubernetes, which did not name the pod': {
    processes: [{ pid: 200, cgroup: `/kubepods/burstable/${POD}/${ID}` }],
    files: {
      [`${TASKS}/k8s.io/${ID}/config.json`]: { annotations: { 'io.kubernetes.cri.container-name': 'app' } },
    },
    names: ['app'],
  },
  nerdctl: {
    processes: [{ pid: 200, cgroup: `/system.slice/nerdctl-${ID}.scope` }],
    files: {
      [`${TASKS}/default/${ID}/init.pid`]: '200',
      [`${TASKS}/default/${ID}/config.json`]: { annotations: { 'nerdctl/name': 'db' } },
    },
    names: ['db', ID],
  },
  'ctr of containerd': {
    processes: [{ pid: 200, cgroup: '/default/redis1' }],
    files: {
      [`${TASKS}/default/redis1/init.pid`]: '200',
      [`${TASKS}/default/redis1/config.json`]: {},
      '/run/containerd/runc/default/redis1/state.json': { ...RUNC_STATE, id: 'redis1' },
    },
    names: ['redis1'],
  },
  'podman, with a cgroup below its own': {
    processes: [
      { pid: 190, cgroup: `/machine.slice/libpod-conmon-${ID}.scope` },
      { pid: 200, cgroup: `/machine.slice/libpod-${ID}.scope/container` },
    ],
    files: { [`${STORAGE}/containers.json`]: [{ id: ID, names: ['quirky_bell'], image: 'x' }] },
    names: ['quirky_bell', ID],
  },
  'podman run --rm': {
    processes: [{ pid: 200, cgroup: `/libpod_parent/libpod-${ID}` }],
    files: { [`${STORAGE}/volatile-containers.json`]: [{ id: ID, names: ['short'] }, { id: OTHER }] },
    names: ['short', ID.slice(0, 12)],
  },
  'podman, with a transient store': {
    processes: [{ pid: 200, cgroup: `/machine.slice/libpod-${ID}.scope` }],
    files: {
      '/run/containers/storage/overlay-containers/volatile-containers.json': [{ id: ID, names: ['brief'] }],
    },
    names: ['brief'],
  },
  'CRI-O': {
    processes: [
      { pid: 190, cgroup: `/system.slice/crio-conmon-${ID}.scope` },
      { pid: 200, cgroup: `/kubepods.slice/kubepods-${POD}.slice/crio-${ID}.scope` },
    ],
    files: { [`${STORAGE}/containers.json`]: [{ id: ID, names: ['k8s_app_web-0_shop_8d6c11f7_0'] }] },
    names: ['app', 'web-0/app', 'shop/web-0/app', 'k8s_app_web-0_shop_8d6c11f7_0', ID],
  },
  crun: {
    processes: [{ pid: 200, cgroup: '/own' }],
    files: { '/run/crun/own/status': { pid: 200, 'process-start-time': 200, 'cgroup-path': '/own' } },
    names: ['own'],
  },
  'ctr, in a cgroup of another name': {
    processes: [{ pid: 200, cgroup: '/a/b' }],
    files: { '/run/containerd/runc/default/redis1/state.json': { ...RUNC_STATE, id: 'redis1' } },
    names: ['redis1'],
  },
  runc: {
    processes: [{ pid: 200, cgroup: '/a/b' }],
    files: { '/run/runc/mine/state.json': { ...RUNC_STATE, id: 'mine' } },
    names: ['mine'],
  },
  'a runtime whose files are not known': {
    processes: [{ pid: 200, cgroup: `/system.slice:any:${ID}` }],
    names: [ID, ID.slice(0, 12)],
  },
};
