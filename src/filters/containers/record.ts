// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Host } from './host.js';

/** What a runtime's files say of a container, which need not be running. */
export interface ContainerRecord {
  readonly id: string;
  readonly names: readonly string[];
  /** its first process; null: none, or the files do not say */
  readonly pid: number | null;
  /** when that process was started, as in /proc/PID/stat; null: unknown */
  readonly started: number | null;
  /** path of its cgroup in the hierarchy of version 2; null: unknown */
  readonly cgroup: string | null;
}

/** Reads the files of a runtime. */
export type RuntimeFiles = (host: Host) => readonly ContainerRecord[];

/**
 * The names of a container of Kubernetes: its own, and with the pod's before it. Docker (cri-dockerd) and CRI-O call it
 * k8s_CONTAINER_POD_NAMESPACE_UID_ATTEMPT; POD is the one that holds the pod's namespaces.
 */
export function namesOf(name: string): string[] {
  const [kubernetes, container = '', pod, namespace] = name.split('_');
  if (kubernetes !== 'k8s' || pod === undefined || namespace === undefined || container === 'POD')
    return [name];
  return [...namesInPod(container, pod, namespace), name];
}

export const namesInPod = (container: string, pod: string, namespace: string): string[] => [
  container,
  `${pod}/${container}`,
  `${namespace}/${pod}/${container}`,
];
