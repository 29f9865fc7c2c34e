// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Report } from './report.js';

/** A lane of a packet's way, in the order in which it comes to them. */
export interface LaneRow {
  readonly lane: number;
  /** the namespace, if the lane before has another one; else null */
  readonly namespace: string | null;
  readonly device: string;
}

const UNKNOWN_NAMESPACE = 'not recorded';
const NO_DEVICE = 'no device';

export const namespaceText = (namespace: string | null): string => namespace ?? UNKNOWN_NAMESPACE;

/** The lanes of a packet, those of a namespace beside each other. */
export function laneRows(report: Report, packet: number): LaneRow[] {
  const used = new Set<number>();
  const of = report.of('lane');
  for (let event = report.start(packet); event < report.end(packet); event++) used.add(of[event] ?? 0);
  const groups = new Map<string | null, number[]>();
  for (const lane of used) {
    const namespace = report.lanes[lane]?.namespace ?? null;
    groups.set(namespace, [...(groups.get(namespace) ?? []), lane]);
  }
  return [...groups].flatMap(([namespace, lanes]) =>
    lanes.map((lane, index) => ({
      lane,
      namespace: index === 0 ? namespaceText(namespace) : null,
      device: report.lanes[lane]?.device ?? (report.head.hasDevices ? NO_DEVICE : ''),
    })),
  );
}

/** `ipft-b · eth0` */
export function laneText(report: Report, lane: number): string {
  const { namespace = null, device = null } = report.lanes[lane] ?? {};
  if (device === null)
    return report.head.hasDevices ? `${namespaceText(namespace)} · ${NO_DEVICE}` : namespaceText(namespace);
  return `${namespaceText(namespace)} · ${device}`;
}
