// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { ModuleLoad } from '../core/function-table.js';

/** Messages from the probe-keeper, one per line. */
export type KeeperMessage =
  | { readonly kind: 'progress' | 'attached'; readonly succeeded: number; readonly failed: number }
  | { readonly kind: 'failed'; readonly id: number; readonly errno: number; readonly code: string }
  | { readonly kind: 'share'; readonly succeeded: number; readonly way: string }
  | { readonly kind: 'error'; readonly errno: number; readonly code: string; readonly text: string }
  | { readonly kind: 'detaching'; readonly done: number; readonly total: number }
  | { readonly kind: 'detached' };

const PATTERN =
  /^(?:(progress|attached|detaching) (\d+) (\d+)|failed (\d+) (\d+) (\w+)|error (\d+) (\w+) ?(.*)|share (\d+) (\S+)|(detached))$/;

/** Parses one line; throws if it does not belong to the protocol. */
export function parseKeeperLine(line: string): KeeperMessage {
  const match = PATTERN.exec(line);
  if (match === null) throw new Error(`the probe-keeper said '${line}'`);
  const [, pair, first, second, id, failErrno, failCode, errno, code, text, share, way] = match;
  if (pair === 'detaching') return { kind: pair, done: Number(first), total: Number(second) };
  if (pair === 'progress' || pair === 'attached') {
    return { kind: pair, succeeded: Number(first), failed: Number(second) };
  }
  if (failCode !== undefined) {
    return { kind: 'failed', id: Number(id), errno: Number(failErrno), code: failCode };
  }
  if (code !== undefined) return { kind: 'error', errno: Number(errno), code, text: text ?? '' };
  if (way !== undefined) return { kind: 'share', succeeded: Number(share), way };
  return { kind: 'detached' };
}

/** Splits a stream of text, which arrives in arbitrary pieces, into lines. */
export class LineSplitter {
  #rest = '';

  /** Returns the lines that are complete now. */
  push(piece: string): string[] {
    const lines = (this.#rest + piece).split('\n');
    this.#rest = lines.pop() ?? '';
    return lines;
  }
}

export interface KeeperFunction {
  readonly id: number;
  /** number of the program to run, an index into programFds */
  readonly program: number;
  readonly address: bigint;
  /** offset from the function's entry at which a kprobe is tried first */
  readonly bodyOffset: number;
  /** id in the BTF of its module; 0 = cannot be attached by BTF id */
  readonly btfId: number;
  readonly module: string;
  /** the symbol by which the kernel finds it */
  readonly symbol: string;
  /** true: not selected by the user, so it is left out of all counts */
  readonly hidden?: boolean;
}

export interface AttachPlan {
  readonly backend: string;
  /** null: not mounted */
  readonly tracefs: string | null;
  /** the programs have to run at returns, too */
  readonly returns: boolean;
  /** programs by number; -1 = not loaded, another -errno = the kernel refused it */
  readonly programFds: Int32Array;
  /** the modules at the time when the addresses were read */
  readonly modules: readonly ModuleLoad[];
  readonly functions: readonly KeeperFunction[];
}

/** The keeper inherits the programs as descriptors from this one on. */
const FIRST_PROGRAM_FD = 3;

/** The loaded programs, in the order in which the keeper inherits them. */
export function inheritedFds(plan: AttachPlan): number[] {
  return [...plan.programFds].filter((fd) => fd >= 0);
}

/** What is written to the keeper's stdin: the plan, then `attach`. */
export function attachRequest(plan: AttachPlan): string {
  let fd = FIRST_PROGRAM_FD;
  const lines = [`backend ${plan.backend}`];
  if (plan.tracefs !== null) lines.push(`tracefs ${plan.tracefs}`);
  if (plan.returns) lines.push('returns');
  plan.programFds.forEach((program, number) => {
    if (program >= 0) lines.push(`program ${number} ${fd++}`);
    else if (program < -1) lines.push(`program ${number} ${program}`);
  });
  for (const { module, inode } of plan.modules) lines.push(`module ${module} ${inode}`);
  for (const { id, program, address, bodyOffset, btfId, module, symbol, hidden } of plan.functions) {
    lines.push(
      `${hidden === true ? 'hidden' : 'function'} ${id} ${program} 0x${address.toString(16)} ${bodyOffset} ${btfId} ${module} ${symbol}`,
    );
  }
  return `${lines.join('\n')}\nattach\n`;
}
