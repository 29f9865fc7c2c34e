// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Summary, XdpDevice, XdpDrop } from '../core/summary.js';
import type { Addon } from '../native/types.js';
import type { XdpCounter, XdpLoss } from '../native/xdp-types.js';
import { native } from '../native/call.js';
import type { Messages } from '../terminal/messages.js';
import { netnsName } from '../machine/netns-name.js';
import { errorName } from '../plan/reasons.js';

const DEVICES_SHOWN = 5;

const REMEDY = "docs/drops.md says what ipft shows of XDP; --drops counts XDP's exceptions and errors";

/** An enumerator by which the BTF's enum xdp_action is found. */
const AN_ACTION = 'XDP_ABORTED';
/** The tracepoint whose value is an action; the value of the others is -errno. */
const OF_ACTIONS = 'xdp_exception';

interface DeviceName {
  readonly ifname: string;
  readonly netns: number;
}

/** `veth1`, with its network namespace if that is not ipft's. */
const deviceText = ({ ifname, netns }: DeviceName, ownNetns: number | undefined): string =>
  netns === ownNetns ? ifname : `${ifname} in network namespace ${netnsName(netns) ?? netns}`;

const keyOf = ({ netns, ifindex, mode, program_id }: XdpDevice): string =>
  [netns, ifindex, mode, program_id].join(' ');

/**
 * What XDP does to packets before there is an skb that could be traced: reports the XDP programs, and what
 * they lose.
 */
export class Xdp {
  readonly #devices = new Map<string, XdpDevice>();
  readonly #counter: XdpCounter | null;
  #drops: readonly XdpDrop[] | null = null;
  #unseen = 0;
  #ownNetns: number | undefined;

  /** Warns of existing XDP programs. `counts`: count what they lose, by loading additional programs. */
  constructor(
    private readonly addon: Addon,
    private readonly messages: Messages,
    counts: boolean,
  ) {
    this.#counter = counts ? native('counting what XDP drops', () => new addon.XdpCounter()) : null;
    this.#look('');
    if (this.#unseen > 0)
      messages.warn(
        `${this.#unseen} network namespaces cannot be inspected: XDP programs at their devices are unknown`,
        'run it as root, outside of containers',
      );
  }

  start(): void {
    this.#counter?.start();
  }

  /** Warns of XDP programs that came meanwhile, and reports what was lost. */
  stop(): void {
    this.#drops = this.#counter === null ? null : this.#dropsOf(this.#counter.read());
    this.close();
    this.#look('was attached during the trace, ');
    for (const { event, cause, packets, ...device } of this.#drops ?? []) {
      const where = device.ifname === null ? '' : ` at ${deviceText(device as DeviceName, this.#ownNetns)}`;
      const why = [event ?? 'causes that were too many to count separately', cause ?? []].flat().join(' ');
      this.messages.line(`XDP: ${packets} packets lost${where}: ${why}`);
    }
  }

  close(): void {
    this.#counter?.close();
  }

  get summary(): Pick<Summary, 'xdp_devices' | 'xdp_drops' | 'xdp_unseen_netns'> {
    return {
      xdp_devices: [...this.#devices.values()],
      xdp_drops: this.#drops,
      xdp_unseen_netns: this.#unseen,
    };
  }

  #look(when: string): void {
    const { found, unseen } = this.addon.xdpDevices();
    this.#unseen = unseen;
    const fresh: XdpDevice[] = [];
    for (const { ifname, ifindex, netns, isOwnNetns, mode, programId, program } of found) {
      const device = { ifname, ifindex, netns, mode, program_id: programId, program };
      if (isOwnNetns) this.#ownNetns = netns;
      if (this.#devices.has(keyOf(device))) continue;
      this.#devices.set(keyOf(device), device);
      fresh.push(device);
    }
    if (fresh.length > 0) this.#warn(fresh, when);
  }

  #warn(devices: readonly XdpDevice[], when: string): void {
    const shown = devices.slice(0, DEVICES_SHOWN).map((device) => {
      const program = [device.mode, ' program ', device.program_id, ` ${device.program}`.trimEnd()].join('');
      return `${deviceText(device, this.#ownNetns)} (${program})`;
    });
    const more = devices.length > shown.length ? ` and ${devices.length - shown.length} more` : '';
    this.messages.warn(
      `XDP ${when}at ${shown.join(', ')}${more}: packets that it drops or redirects never become skbs, or become others without the mark; a generic program has the skb itself`,
      REMEDY,
    );
  }

  #dropsOf(losses: readonly XdpLoss[]): XdpDrop[] {
    const actions = this.addon.readEnum(AN_ACTION);
    const causeOf = ({ tracepoint, value }: XdpLoss): string | null => {
      if (tracepoint !== OF_ACTIONS) return errorName(value);
      return actions?.names[actions.values.indexOf(value)] ?? `action ${value >>> 0}`;
    };
    const drops = losses.map((loss): XdpDrop => {
      const device =
        loss.ifindex === 0
          ? { ifname: null, ifindex: null, netns: null }
          : { ifname: loss.ifname, ifindex: loss.ifindex, netns: loss.netns };
      const event = loss.tracepoint === '' ? null : loss.tracepoint;
      return { ...device, event, cause: causeOf(loss), packets: loss.packets };
    });
    return drops.sort((left, right) => right.packets - left.packets);
  }
}
