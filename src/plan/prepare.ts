// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { release } from 'node:os';
import { realOffset } from '../core/clock.js';
import { CANDIDATES, CONFIRMING_CALLS } from '../core/abi.js';
import type { Backend, TableKind } from '../core/backend.js';
import { EnvironmentError } from '../core/errors.js';
import type { FunctionTable, ModuleLoad, Selection } from '../core/function-table.js';
import type { Check } from '../checks/check.js';
import { TRACE_DEFAULTS, type TraceOptions } from '../core/options.js';
import { followBits } from '../core/relation.js';
import { ShownFunctions } from './shown-functions.js';
import type { Traced } from '../core/traced.js';
import { tracers, type Tracer } from '../core/tracer.js';
import { loadAddon } from '../native/addon.js';
import { keeperPath } from '../native/products.js';
import { startSweep } from '../native/keeper.js';
import type { AttachPlan, KeeperFunction } from '../native/keeper-protocol.js';
import type { Addon, Session } from '../native/types.js';
import { bodyOffsets } from '../machine/bodies.js';
import { chooseBackend, explainChoice, whyNoFunctions, type Choice } from '../machine/choose-backend.js';
import { warnOfAbsences } from './absences.js';
import { checksOf, uncheckedOf } from './checks.js';
import { basicProblem, readEnvironment } from '../machine/environment.js';
import { crossing } from '../columns/crossing.js';
import type { Column } from '../core/column.js';
import { dataOf, type Data } from './data.js';
import { parseFields } from './parse-fields.js';
import { tracedModules } from '../machine/modules.js';
import { checkHasFilter, planFilter, type PlannedFilter } from './packet-filter.js';
import { native } from '../native/call.js';
import { describeSelection, selectFunctions, traceableFunctions } from '../machine/functions.js';
import { useTypes, type KernelTypes } from '../machine/kernel-types.js';
import { knownTable } from '../machine/known-tables.js';
import { NO_ADDITIONS, type Additions } from './additions.js';
import { kernelNames } from './kernel-names.js';
import type { Messages } from '../terminal/messages.js';
import { readVerdicts } from '../machine/verdicts.js';

/** What a trace loads and attaches, before anything is in the kernel. */
export interface Plan {
  readonly addon: Addon;
  /** null if not mounted: the backend works without it */
  readonly tracefs: string | null;
  readonly types: KernelTypes;
  readonly table: FunctionTable;
  /** functions of the table, followed by those of modules loaded later */
  readonly functions: ShownFunctions;
  /** indexes of the functions that the regular expressions select */
  readonly selected: readonly number[];
  /** indexes of the selected functions that can be traced */
  readonly traceable: readonly number[];
  /**
   * indexes of the selected candidates: probed, and shown once their calls have confirmed that they take an
   * skb
   */
  readonly uncertain: readonly number[];
  /** hidden functions: they end packets' lives and are not selected, so they are probed but not shown */
  readonly probedOnly: readonly number[];
  readonly backend: Backend;
  /** by function index: offset from the entry at which a probe is tried first */
  readonly bodyOffsets: Uint8Array;
  readonly tracer: Tracer;
  /** the relations that are followed, a bit for each */
  readonly follows: number;
  readonly inBpf: Additions['inBpf'];
  readonly data: Data;
  readonly checks: readonly Check[];
  /** what they cannot check with the traced functions, in words */
  readonly unchecked: readonly string[];
  /** the filter besides the mark; undefined: only the mark is checked */
  readonly filter: PlannedFilter | undefined;
  /** the description by which rows are shown; stacks are added by the session */
  readonly shown: Omit<Traced, 'stack'>;
}

/** Reads tables of functions, each once, when it is needed. */
class Tables {
  readonly #known = new Map<TableKind, FunctionTable>();

  constructor(
    private readonly addon: Addon,
    private readonly from: { tracefs: string | null; types: string | null },
  ) {}

  get(kind: TableKind): FunctionTable {
    const table = this.#known.get(kind) ?? knownTable(this.addon, kind, this.from);
    this.#known.set(kind, table);
    return table;
  }

  /** Number of functions that a selection traces. */
  functionsIn(selection: Selection): number {
    const table = this.get('functions');
    return table.traceable(table.select(selection)).length;
  }
}

/**
 * The columns of --fields; without it, those of an ipftrace2-style extension alone, or null for the output's
 * default.
 */
function fieldsOf({ fields }: TraceOptions, { isAlone }: Additions): readonly Column[] | null {
  if (fields !== undefined) return parseFields(fields);
  return isAlone ? [] : null;
}

/** The columns that are shown after the fields. */
const furtherColumns = (
  { columns }: Additions,
  { follows }: Pick<Plan, 'follows'>,
  checks: readonly Check[],
): readonly Column[] => [
  ...columns,
  ...(follows === 0 ? [] : [crossing]),
  ...checks.map(({ column }) => column),
];

/** `unseen`: functions that tie packets together, but not for this backend. */
function warnOfUnfollowed({ id, table }: Backend, unseen: readonly string[], messages: Messages): void {
  const remedy = '--backend kprobe';
  if (table !== 'functions') messages.warn(`-b ${id} follows no relatives of packets`, remedy);
  else if (unseen.length > 0)
    messages.warn(
      `relatives are not followed where only ${unseen.join(', ')} would show them: -b ${id} does not see that`,
      remedy,
    );
}

function tracerOf({ tracer: id }: TraceOptions): Tracer {
  const tracer = tracers.get(id);
  if (tracer === undefined) throw new Error(`no tracer '${id}'`);
  return tracer;
}

/** Loads the addon, and checks that this process may trace at all. */
function addonFor(
  { setRlimits, btf, verbose }: TraceOptions,
  messages: Messages,
): Pick<Plan, 'addon' | 'types'> {
  const addon = loadAddon();
  const problem = basicProblem(btf);
  if (problem !== null) throw problem;
  if (setRlimits) addon.setRlimits();
  const types = useTypes(addon, btf);
  if (verbose && types.file !== null) messages.line(`BTF of ${types.file}: ${types.match ?? ''}`);
  return { addon, types };
}

/** Checks the machine, chooses the backend and reads the functions. */
export function prepare(
  options: TraceOptions,
  messages: Messages,
  additions: Additions = NO_ADDITIONS,
): Plan {
  checkHasFilter(options, additions.conditions);
  const tracer = tracerOf(options);
  const fields = fieldsOf(options, additions);
  const checks = checksOf(options);
  const { addon, types } = addonFor(options, messages);
  const environment = readEnvironment(types.isOwn);
  const { tracefs } = environment;
  // If the list of functions cannot be read, the list of probes cannot be either.
  if (tracefs !== null && environment.problem('function list') === null) sweep(addon, tracefs, messages);
  const tables = new Tables(addon, { tracefs, types: types.file });
  const { backend, force, selection } = options;
  const wanted = { backend, tracer, force, functions: () => tables.functionsIn(selection) };
  const choice = native('probing the backends', () => chooseBackend(wanted, addon, environment));
  const functions = functionsOf(choice, tables.get(choice.backend.table), options, messages);
  const way = { backend: choice.backend, tracer };
  const further = furtherColumns(additions, functions, checks);
  const data = dataOf(options, addon, [...(fields ?? []), ...further], additions.reads, messages);
  const verboseMessages = options.verbose ? messages : null;
  const stacks = data.layout.reads.some(({ read }) => read.kind === 'stack');
  const offsets = bodyOffsets({ addon, table: functions.table, tracefs, ...way, stacks }, verboseMessages);
  const filter = planFilter(options, addon, additions.conditions, verboseMessages);
  warnOfAbsences(options, messages);
  const known = { ...functions, functions: new ShownFunctions(functions.table) };
  const shown = {
    ...{ kernel: release(), functions: known.functions, returns: tracer.returns, fields, further },
    follows: functions.follows !== 0,
    ...{ layout: data.layout, snaplen: options.snaplen },
    clock: { realOffsetNs: realOffset(addon.readClocks()), firstNs: null },
    readClocks: () => addon.readClocks(),
    names: kernelNames(addon),
  };
  return {
    ...{ addon, tracefs, types, ...known, ...way, bodyOffsets: offsets },
    ...{ inBpf: additions.inBpf, data, checks, unchecked: uncheckedOf(checks, functions), filter, shown },
  };
}

/** The functions to trace, by the options' selection. */
function functionsOf(
  choice: Choice,
  read: FunctionTable,
  options: TraceOptions,
  messages: Messages,
): Pick<Plan, 'follows' | 'table' | 'selected' | 'traceable' | 'uncertain' | 'probedOnly'> {
  const { backend } = choice;
  const { selection, verbose, follow } = options;
  const follows = followBits(follow ?? (backend.table === 'functions' ? TRACE_DEFAULTS.follow : []));
  const judged = judgedTable(read, backend, messages);
  const { table, unseen } = judged.following(follows, backend.programs);
  if (follow !== undefined && follows !== 0) warnOfUnfollowed(backend, unseen, messages);
  for (const warning of table.columns.warnings) messages.warn(warning);
  const selected = selectOrExplain(table, selection, choice);
  const traceable = traceableFunctions(table, selected, selection);
  const uncertain = uncertainFunctions(table, selected, backend);
  const probedOnly = table.probedUnselected(selected);
  const lines = [...explainChoice(choice, verbose), ...explainUncertain(table, uncertain, selection)];
  lines.forEach((line) => messages.line(line));
  return { follows, table, selected, traceable, uncertain, probedOnly };
}

/**
 * The table with the verdicts of earlier traces. Programs on trampolines need BTF, so verdicts do not help
 * there.
 */
function judgedTable(table: FunctionTable, backend: Backend, messages: Messages): FunctionTable {
  if (backend.ownPrograms) return table;
  return table.judged(readVerdicts((text) => messages.warn(text)));
}

function uncertainFunctions(table: FunctionTable, selected: readonly number[], backend: Backend): number[] {
  if (backend.ownPrograms) return [];
  return table.uncertain(selected).slice(0, CANDIDATES - table.certain);
}

/** If the user named functions, says which of them may not be shown. */
function explainUncertain(
  table: FunctionTable,
  uncertain: readonly number[],
  selection: Selection,
): string[] {
  if (selection.function === undefined) return [];
  return table
    .described(uncertain)
    .map(
      ({ symbol }) =>
        `${symbol} is shown once ${CONFIRMING_CALLS} calls with followed packets have confirmed that it takes an skb`,
    );
}

function sweep(addon: Addon, tracefs: string, messages: Messages): void {
  const orphans = native('looking for orphaned probes', () => addon.orphanedTraceEvents(tracefs));
  if (orphans === 0) return;
  messages.line('Removing the names of the probes that a killed trace has left, in the background');
  startSweep(keeperPath(), tracefs);
}

/** If we fell back to tracepoints and none match, explain why functions were unavailable. */
function selectOrExplain(table: FunctionTable, selection: Selection, choice: Choice): number[] {
  const selected = table.select(selection);
  if (selected.length > 0 || choice.refused.length === 0 || table.kind === 'functions')
    return selectFunctions(table, selection);
  const { reason, remedy } = whyNoFunctions(choice);
  throw new EnvironmentError(
    `only ${table.kind} can be traced here, and none matches ${describeSelection(selection)}: ${reason}`,
    remedy,
  );
}

/** Functions in the form that the probe-keeper gets. */
export function keeperFunctions(table: FunctionTable, ids: readonly number[]): KeeperFunction[] {
  return table.probes(ids).map((probe) => ({ ...probe, bodyOffset: 0 }));
}

/** What the probe-keeper has to attach. */
export function planOf(plan: Plan, session: Session): AttachPlan {
  const { table, traceable, uncertain, probedOnly, backend, bodyOffsets } = plan;
  const probes = table.probes([...traceable, ...uncertain, ...probedOnly]);
  const functions = probes.map((probe, position) => ({
    ...probe,
    ...(backend.ownPrograms ? { program: position } : {}),
    bodyOffset: bodyOffsets[probe.id] ?? 0,
    hidden: position >= traceable.length,
  }));
  return laterPlan(plan, session, tracedModules(table, traceable), functions);
}

/** The plan for functions of modules loaded later. `modules`: these modules as they were when read. */
export function laterPlan(
  { backend, tracefs, tracer }: Plan,
  { programFds }: Session,
  modules: readonly ModuleLoad[],
  functions: readonly KeeperFunction[],
): AttachPlan {
  return { backend: backend.id, tracefs, returns: tracer.returns, programFds, modules, functions };
}
