// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { ROW } from '../../../src/core/abi.js';
import { withoutEnds, type Batch } from '../../../src/core/batch.js';
import { UNKNOWN_TYPE, type EnumMembers, type ReturnType } from '../../../src/core/column.js';
import type { Consumer, PlannedConsumer } from '../../../src/core/consumer.js';
import type { KernelNames, Traced } from '../../../src/core/traced.js';
import { outputs } from '../../../src/outputs/index.js';
import { crossing } from '../../../src/columns/crossing.js';
import { parseFields } from '../../../src/plan/parse-fields.js';
import { createOutput } from '../../../src/results/render.js';
import { columnContext } from '../../../src/core/traced.js';
import { textOf } from './rows.js';

/** What the kernel was asked for, as [arguments as JSON, answer]. */
type Answers = Record<string, [string, unknown][]>;

/** A trace that is kept as JSON: its rows, and all that is needed to show them. */
export interface Recording {
  readonly kernel: string;
  readonly returns: boolean;
  readonly follows: boolean;
  /** as --fields has it; null: the output's own */
  readonly fields: string | null;
  readonly functions: {
    readonly names: string[];
    readonly modules: string[];
    readonly returnTypes: ReturnType[];
  };
  readonly layout: Traced['layout'];
  readonly realOffsetNs: string;
  readonly names: Answers;
  /** addresses by the stack's number */
  readonly stacks: Record<string, string[]>;
  /** base64 of each batch's rows */
  readonly batches: readonly string[];
}

/** The outputs that a recording is shown as. */
export const OUTPUT_IDS = [...outputs.keys()];

/** What an output makes of the batches of a trace, without the summary. */
export function rendered(id: string, traced: Traced, batches: readonly Batch[]): string {
  const descriptor = outputs.get(id);
  if (descriptor === undefined) throw new Error(`no output '${id}'`);
  const { returns, follows, fields, further, layout } = traced;
  const shown = { returns, follows, fields, further, rowSize: layout.rowSize };
  const output = createOutput(descriptor, columnContext(traced), shown);
  const wanted = descriptor.needsEnds ? batches : batches.map(withoutEnds);
  const pieces = wanted.map((batch) => textOf([output.batch(batch)]));
  return [output.head ?? '', ...pieces, textOf(output.results())].join('');
}

const { parse, stringify } = JSON;

/** The same names, which note what is asked of them. */
function noted(names: KernelNames, answers: Answers): KernelNames {
  const note =
    <Asked extends unknown[], Answer>(key: string, answer: (...asked: Asked) => Answer) =>
    (...asked: Asked): Answer => {
      const given = answer(...asked);
      const known = (answers[key] ??= []);
      const words = stringify(asked.map(String));
      if (!known.some(([before]) => before === words)) known.push([words, given]);
      return given;
    };
  return {
    enumMembers: note('enumMembers', (enumerator: string) => names.enumMembers(enumerator)),
    enumByName: note('enumByName', (name: string) => names.enumByName(name)),
    symbol: note('symbol', (address: bigint) => names.symbol(address)),
    namespaceName: note('namespaceName', (inode: number) => names.namespaceName(inode)),
    dropReason: note('dropReason', (reason: number) => names.dropReason(reason)),
    hasDropReasons: note('hasDropReasons', () => names.hasDropReasons()),
    cause: note('cause', (source: number, value: number) => names.cause(source, value)),
  };
}

/** Names as they were noted. Throws for what nobody has asked for. */
function noting(answers: Answers): KernelNames {
  const look = (key: string, asked: unknown[]): unknown => {
    const words = stringify(asked.map(String));
    const found = answers[key]?.find(([known]) => known === words);
    if (found === undefined) throw new Error(`the recording has no ${key}(${words})`);
    return found[1];
  };
  return {
    enumMembers: (...asked) => look('enumMembers', asked) as EnumMembers | null,
    enumByName: (...asked) => look('enumByName', asked) as EnumMembers | null,
    symbol: (...asked) => look('symbol', asked) as string,
    namespaceName: (...asked) => look('namespaceName', asked) as string | null,
    dropReason: (...asked) => look('dropReason', asked) as string | null,
    hasDropReasons: (...asked) => look('hasDropReasons', asked) as boolean,
    cause: (...asked) => look('cause', asked) as string | null,
  };
}

/** The functions of the rows, in their places; '' for all others. */
function functionsIn(batches: readonly Batch[], all: Traced['functions']): Recording['functions'] {
  const used = new Set(
    batches.flatMap(({ rows, count, rowSize }) =>
      Array.from({ length: count }, (_, row) => rows.getUint32(row * rowSize + ROW.function, true)),
    ),
  );
  const last = Math.max(-1, ...[...used].filter((index) => index < all.names.length));
  const places = Array.from({ length: last + 1 }, (_, index) => index);
  return {
    names: places.map((index) => (used.has(index) ? (all.names[index] ?? '') : '')),
    modules: places.map((index) => (used.has(index) ? (all.modules[index] ?? '') : '')),
    returnTypes: places.map((index) => (used.has(index) ? all.returnType(index) : UNKNOWN_TYPE)),
  };
}

/** Keeps what a trace is and its rows. Call recording() while the trace's session is open: announce() or later. */
export class Recorder implements PlannedConsumer {
  readonly wants = { ends: true, drops: false };
  readonly #batches: Batch[] = [];
  #traced: Traced | null = null;

  open(traced: Traced): Consumer {
    this.#traced = traced;
    return {
      ...{ name: 'the recorder', fillsTerminal: false, full: false, dropped: 0, cut: 0, drops: null },
      take: ({ rows, count, rowSize }) => {
        const copy = rows.buffer.slice(rows.byteOffset, rows.byteOffset + count * rowSize);
        this.#batches.push({ rows: new DataView(copy), count, rowSize });
      },
      drained: () => Promise.resolve(),
      broken: new Promise(() => undefined),
      backlog: () => [],
      finish: () => Promise.resolve(null),
    };
  }

  /** `fields`: as --fields has it. */
  recording(fields: string | null): Recording {
    if (this.#traced === null) throw new Error('nothing was traced');
    const { kernel, returns, follows, functions, layout, clock, names, stack } = this.#traced;
    const [answers, stacks]: [Answers, Recording['stacks']] = [{}, {}];
    const traced = {
      ...this.#traced,
      names: noted(names, answers),
      stack: (id: number) => {
        const addresses = stack(id);
        stacks[id] = addresses.map(String);
        return addresses;
      },
    };
    for (const id of OUTPUT_IDS) rendered(id, traced, this.#batches);
    return parse(
      stringify({
        ...{ kernel, returns, follows, fields, layout, names: answers, stacks },
        functions: functionsIn(this.#batches, functions),
        realOffsetNs: clock.realOffsetNs.toString(),
        batches: this.#batches.map(({ rows }) => Buffer.from(rows.buffer).toString('base64')),
      }),
    ) as Recording;
  }
}

/** What a recorded trace is. */
export function tracedOf(recording: Recording): Traced {
  const { kernel, returns, follows, fields, functions, layout, realOffsetNs, names, stacks } = recording;
  const { returnTypes } = functions;
  return {
    ...{ kernel, returns, follows, layout, further: follows ? [crossing] : [] },
    fields: fields === null ? null : parseFields(fields),
    functions: { ...functions, returnType: (index) => returnTypes[index] ?? UNKNOWN_TYPE },
    clock: { realOffsetNs: BigInt(realOffsetNs), firstNs: null },
    names: noting(names),
    stack: (id) => (stacks[id] ?? []).map(BigInt),
  };
}

/** Its rows. */
export function batchesOf({ layout, batches }: Recording): Batch[] {
  return batches.map((text) => {
    const bytes = Uint8Array.from(Buffer.from(text, 'base64'));
    return {
      rows: new DataView(bytes.buffer),
      count: bytes.length / layout.rowSize,
      rowSize: layout.rowSize,
    };
  });
}
