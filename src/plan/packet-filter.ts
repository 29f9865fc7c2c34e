// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { generateFilter, type PacketFilter } from '../codegen/filter.js';
import { isBehindHead, isInBytes } from '../codegen/path-reads.js';
import { parseCondition } from '../core/condition.js';
import { UsageError } from '../core/errors.js';
import type { ResolvedPath } from '../core/field-path.js';
import type { TraceOptions } from '../core/options.js';
import { filters } from '../filters/index.js';
import { compilePcapFilter } from '../filters/pcap.js';
import type { Addon } from '../native/types.js';
import { kernelHas, resolvePath } from './resolve-path.js';
import { native } from '../native/call.js';
import { pidNamespace } from './pid-namespace.js';
import { skbLayout } from './skb-layout.js';
import type { Messages } from '../terminal/messages.js';

/** True if the options have a filter besides the mark. */
export function hasFilters({
  filter,
  where,
  filters: values = {},
}: Pick<TraceOptions, 'filter' | 'where' | 'filters'>): boolean {
  return filter !== undefined || where !== undefined || Object.keys(values).length > 0;
}

/** Throws a UsageError if there is neither a mark nor a filter. `further`: the conditions of extensions. */
export function checkHasFilter(options: TraceOptions, further: readonly string[]): void {
  if (options.mark !== undefined || hasFilters(options) || further.length > 0) return;
  throw new UsageError(
    'neither a mark nor a filter given, and no extension has a where: which packets to trace?',
    '--mark, --filter or --where',
  );
}

/** Reads the filters. Throws a UsageError for an invalid one. */
function readFilters(
  options: TraceOptions,
  addon: Addon,
  further: readonly string[],
  messages: Messages | null,
): PacketFilter {
  const { filter, inner = false, where, filters: values = {} } = options;
  // A shell passes an empty string for a variable that is not set.
  if (filter?.trim() === '')
    throw new UsageError(
      '--filter: it is empty, and would match every packet',
      'an expression as in pcap-filter(7), or --mark 0 --mask 0 for every packet',
    );
  const kernel = {
    has: (path: string) => kernelHas(addon, path),
    pidNamespace: () => pidNamespace(addon),
    tell: (text: string) => messages?.line(text),
  };
  const conditions = Object.entries(values).map(
    ([id, value]) => filters.get(id)?.condition(value, kernel) ?? '',
  );
  const texts = [...conditions, where, ...further].filter((text) => text !== undefined);
  return {
    conditions: texts.map(parseCondition),
    pcap:
      filter === undefined
        ? null
        : {
            filter: compilePcapFilter(filter, (text, type) => addon.compileFilter(text, type), inner),
            inner,
          },
  };
}

function constant(addon: Addon, name: string): bigint {
  const members = native('reading an enum', () => addon.readEnum(name));
  const value = members?.values[members.names.indexOf(name)];
  if (value !== undefined) return BigInt(value);
  const listed = native("reading the kernel's types", () => addon.listFields(null));
  const roots = 'error' in listed ? [] : listed.map(({ path }) => path);
  const text = 'text is in double quotes: \'skb->dev->name == "eth0"\'';
  throw new UsageError(
    `--where: this kernel has no constant '${name}'`,
    roots.includes(name)
      ? `a path through it, to a number: ipft fields ${name} shows what it has`
      : `a path starts at ${roots.map((root) => `${root}->`).join(', ')}; ${text}`,
  );
}

/** The filter that BPF applies to each packet, besides the mark. */
export interface PlannedFilter {
  readonly code: Uint8Array;
  /** true: it reads memory that skb->head points to, packet bytes or skb_shared_info */
  readonly asksBehindHead: boolean;
  /** true: it reads packet bytes */
  readonly asksBytes: boolean;
  /** true: it reads the mark */
  readonly asksMark: boolean;
}

/**
 * Plans the filter; undefined: only the mark is checked. `further`: the conditions of extensions. `messages`: get what
 * values stand for.
 */
export function planFilter(
  options: TraceOptions,
  addon: Addon,
  further: readonly string[] = [],
  messages: Messages | null = null,
): PlannedFilter | undefined {
  if (!hasFilters(options) && further.length === 0) return undefined;
  const layout = skbLayout(addon);
  const wanted = readFilters(options, addon, further, messages);
  let [asksBytes, asksBehindHead, asksMark] = [wanted.pcap !== null, wanted.pcap !== null, false];
  const path = (text: string): ResolvedPath => {
    const resolved = resolvePath(addon, text);
    asksBytes ||= isInBytes(resolved, layout);
    asksBehindHead ||= isBehindHead(resolved, layout);
    asksMark ||= resolved.path === 'skb->mark';
    return resolved;
  };
  const code = generateFilter(wanted, { path, constant: (name) => constant(addon, name) }, layout);
  return { code, asksBytes, asksBehindHead, asksMark };
}
