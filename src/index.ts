// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/**
 * ipft for scripts: the engine of the command line as a library.
 *
 * `trace` needs Linux, the native addon and the privilege to trace the kernel. `createOutput` turns recorded
 * rows (ROW, ROW_SIZE) into text on any machine.
 */
export { trace, type Trace } from './api/trace.js';
export type {
  AnyEvent,
  BuiltInFields,
  EventLead,
  EventWith,
  FieldList,
  FieldSets,
  PathValue,
  TraceEvent,
  Tuple,
} from './columns/event-types.js';
export type { PacketDrop, ScriptOptions as TraceOptions, TracePacket, TraceSummary } from './api/types.js';
export type { NftStep } from './core/nft.js';
export type { EndReason } from './core/summary.js';
export { createOutput, type RenderOptions } from './results/render.js';
export type { MessageTarget } from './terminal/messages.js';
export { tracers, type Tracer } from './core/tracer.js';
export { TRACE_DEFAULTS } from './core/options.js';
export type { Selection } from './core/function-table.js';
export type { Output, OutputDescriptor } from './core/output.js';
export type { Column, ColumnContext, EnumMembers } from './core/column.js';
export { HIDDEN, LAST, RETURN, ROW, ROW_SIZE } from './core/abi.js';
export {
  BudgetError,
  EnvironmentError,
  EXIT,
  ExtensionError,
  IpftError,
  KernelError,
  LossError,
  UnsupportedError,
  UsageError,
  type NativeFailure,
} from './core/errors.js';
export { outputs } from './outputs/index.js';
