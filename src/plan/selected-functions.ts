// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { CANDIDATES, CONFIRMING_CALLS } from '../core/abi.js';
import type { Backend } from '../core/backend.js';
import { EnvironmentError } from '../core/errors.js';
import type { FunctionTable, Selection } from '../core/function-table.js';
import { TRACE_DEFAULTS, type TraceOptions } from '../core/options.js';
import { followBits } from '../core/relation.js';
import { explainChoice, whyNoFunctions, type Choice } from '../machine/choose-backend.js';
import { describeSelection, selectFunctions, traceableFunctions } from '../machine/functions.js';
import { readVerdicts } from '../machine/verdicts.js';
import type { Messages } from '../terminal/messages.js';

/** The functions of a trace. */
export interface SelectedFunctions {
  /** the relations that are followed, a bit for each */
  readonly follows: number;
  readonly table: FunctionTable;
  /** indexes of the functions that the regular expressions select, and of the deciders */
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
}

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

/** The functions to trace, by the options' selection. */
export function functionsOf(
  choice: Choice,
  read: FunctionTable,
  options: TraceOptions,
  messages: Messages,
): SelectedFunctions {
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
