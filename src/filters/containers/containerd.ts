// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { membersOf, numberOf, type Host } from './host.js';
import { namesInPod, type RuntimeFiles } from './record.js';

const FOLDER = '/run/containerd/io.containerd.runtime.v2.task';

/** Names by the annotations of Kubernetes (containerd's internal/cri/annotations) and of nerdctl. */
function namesAt(bundle: string, host: Host): string[] {
  const { annotations } = membersOf(host.json(`${bundle}/config.json`));
  const text = (key: string): string => {
    const value = membersOf(annotations)[key];
    return typeof value === 'string' ? value : '';
  };
  const container = text('io.kubernetes.cri.container-name');
  const pod = text('io.kubernetes.cri.sandbox-name');
  const ofPod =
    container === '' || pod === ''
      ? [container]
      : namesInPod(container, pod, text('io.kubernetes.cri.sandbox-namespace'));
  return [...ofPod, text('nerdctl/name')].filter((name) => name !== '');
}

/** The bundles of containerd's tasks, by namespace and id: init.pid has the first process, config.json is the OCI's. */
export const containerd: RuntimeFiles = (host) =>
  host.names(FOLDER).flatMap((namespace) =>
    host.names(`${FOLDER}/${namespace}`).map((id) => {
      const bundle = `${FOLDER}/${namespace}/${id}`;
      const pid = numberOf(host.text(`${bundle}/init.pid`)?.trim());
      return { id, names: namesAt(bundle, host), pid, started: null, cgroup: null };
    }),
  );
