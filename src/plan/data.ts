// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { columnsOf } from '../columns/index.js';
import { PACKET_HEADERS } from '../columns/headers.js';
import { generateCapture } from '../codegen/capture.js';
import { isBehindHead, isInBytes } from '../codegen/path-reads.js';
import { DATA, ROW_SIZE } from '../core/abi.js';
import { offsetOfBytes, PACKET_BYTES } from '../core/packet-bytes.js';
import {
  hasRead,
  layOut,
  type KernelPath,
  type Layout,
  type PathRead,
  type PathThroughNumber,
  type Read,
} from '../core/reads.js';
import type { Column } from '../core/column.js';
import { UnsupportedError, UsageError } from '../core/errors.js';
import type { TraceOptions } from '../core/options.js';
import { WAYS_LAYOUT } from '../core/way-row.js';
import type { ResolvedPath } from '../core/field-path.js';
import type { Addon, SessionOptions } from '../native/types.js';
import { pathError, resolvePath } from './resolve-path.js';
import { resolveProcessId } from './pid-namespace.js';
import { native } from '../native/call.js';
import type { Messages } from '../terminal/messages.js';
import { skbLayout } from './skb-layout.js';

/** The data that the session appends to each event. */
export interface Data {
  readonly layout: Layout;
  readonly capture: Uint8Array | undefined;
  readonly absent: Pick<SessionOptions, 'behindHead' | 'inBytes'>;
}

/** Reads of the packet's bytes. */
const OF_BYTES: readonly Read['kind'][] = ['headers', 'geometry'];

/** Resolves a path; null if this kernel does not have it. */
function resolveIfThere(addon: Addon, path: KernelPath): ResolvedPath | null {
  if (typeof path === 'object') return resolveThroughNumber(addon, path);
  const resolved = native("reading the kernel's types", () => addon.resolvePath(path));
  if (!('error' in resolved)) return resolved;
  if (resolved.syntax) throw pathError(path, resolved);
  return null;
}

function resolveThroughNumber(addon: Addon, { number, like, rest }: PathThroughNumber): ResolvedPath | null {
  const [holder, pointer, value] = [number, like, like + rest].map((path) => resolveIfThere(addon, path));
  if (!holder || !pointer || !value) return null;
  const { root, path, steps } = holder;
  return { ...value, root, path: path + rest, steps: [...steps, ...value.steps.slice(pointer.steps.length)] };
}

/** Resolves the first of the paths that this kernel has. */
function resolveFirst(addon: Addon, paths: readonly [string, ...KernelPath[]]): ResolvedPath {
  for (const path of paths) {
    const resolved = resolveIfThere(addon, path);
    if (resolved !== null) return resolved;
  }
  return resolvePath(addon, paths[0]);
}

/** Data that are taken together or not at all. */
type Wish = readonly Read[];

/** Adds those wishes, in their order, for which there is room, and which this kernel can fulfil. */
function layOutWith(
  addon: Addon,
  reads: readonly Read[],
  wishes: readonly Wish[],
  resolve: (read: PathRead) => ResolvedPath,
): Layout {
  const isThere = (read: Read): boolean =>
    read.kind !== 'path' || read.paths.some((path) => resolveIfThere(addon, path) !== null);
  let taken = reads;
  let layout = layOut(reads, resolve);
  for (const wish of wishes) {
    if (!wish.every(isThere)) continue;
    const more = layOut([...taken, ...wish], resolve);
    if (more.size > DATA) continue;
    taken = [...taken, ...wish];
    layout = more;
  }
  return layout;
}

/**
 * Plans the data for columns. Throws an UnsupportedError for what this kernel does not have.
 *
 * @param further other data that are needed
 * @param wishes data that are left out if there is no room for them beside the others
 */
export function planData(
  addon: Addon,
  columns: readonly Column[],
  further: readonly Read[] = [],
  wishes: readonly Wish[] = [],
): Data {
  const reads = [...columns.flatMap((column) => column.reads ?? []), ...further];
  const resolve = (read: PathRead): ResolvedPath =>
    read.kind === 'process' ? resolveProcessId(addon) : resolveFirst(addon, read.paths);
  const layout = layOutWith(addon, reads, wishes, resolve);
  const checks = reads.some(({ kind }) => kind === 'geometry');
  if (layout.size > DATA)
    throw new UsageError(
      `--fields: their data take ${layout.size} bytes of each event, at most ${DATA} are possible`,
      ['fewer fields, or shorter ones', ...(checks ? ['--check none'] : [])].join(', or '),
    );
  checkReasons(addon, layout);
  if (layout.reads.length === 0) return { layout, capture: undefined, absent: {} };
  const skb = skbLayout(addon);
  const bitsOf = (is: (path: ResolvedPath) => boolean): number =>
    layout.reads
      .filter(({ read, path }) => OF_BYTES.includes(read.kind) || (path !== null && is(path)))
      .reduce((bits, { bit }) => bits + 2 ** bit, 0);
  const absent = {
    behindHead: bitsOf((path) => isBehindHead(path, skb)),
    inBytes: bitsOf((path) => isInBytes(path, skb)),
  };
  return { layout, capture: generateCapture(layout, skb), absent };
}

/** What capture files have besides the fields, where there is room: most important first. */
const OF_CAPTURES: readonly Wish[] = [
  [PACKET_HEADERS],
  ...columnsOf(['ifname', 'netns']).map(({ reads = [] }) => reads),
];

/** The data of a trace. A capture file gets the packets' headers, too, and where they are, as far as there is room. */
export function dataOf(
  { write, snaplen, summarize }: TraceOptions,
  addon: Addon,
  columns: readonly Column[],
  further: readonly Read[],
  messages: Messages,
): Data {
  if (summarize !== undefined) return { layout: WAYS_LAYOUT, capture: undefined, absent: {} };
  const bytes = snaplen === undefined ? [] : [PACKET_BYTES];
  const wished = write === undefined ? [] : OF_CAPTURES;
  const data = planData(addon, columns, [...further, ...bytes], wished);
  if (write !== undefined && !hasRead(data.layout)(PACKET_HEADERS))
    messages.warn(
      "the capture file will not have the packets' headers: the fields take too many bytes of each event",
      'fewer fields',
    );
  return data;
}

function checkReasons(addon: Addon, layout: Layout): void {
  if (!layout.reads.some(({ read }) => read.kind === 'reason')) return;
  if (native('reading the drop reasons', () => addon.readDropReasons()) === null)
    throw new UnsupportedError('reason: this kernel has no drop reasons, which came with Linux 5.17');
}

/** The session options for these data. */
export function dataOptions({ layout, capture, absent }: Data): Partial<SessionOptions> {
  const offsetOf = (kind: Read['kind']): number =>
    layout.reads.find(({ read }) => read.kind === kind)?.dataOffset ?? 0;
  return {
    capture,
    ...absent,
    dataSize: layout.size,
    headersAt: offsetOf('headers'),
    reasonAt: offsetOf('reason'),
    causeAt: offsetOf('cause'),
    subjectAt: offsetOf('subject'),
    callerAt: offsetOf('caller'),
    stackAt: offsetOf('stack'),
    geometryAt: offsetOf('geometry'),
    moduleAt: offsetOf('module'),
    bytesAt: (offsetOfBytes(layout) ?? ROW_SIZE) - ROW_SIZE,
  };
}
