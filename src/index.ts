/**
 * ipft for scripts: the engine of the command line.
 *
 * `trace` and `list` need Linux, the native addon and, for `trace`, the privilege to trace the kernel; they write to
 * stdout and stderr as the command does. `createOutput` turns recorded rows (ROW, ROW_SIZE) into text on any machine.
 */
export { traceCommand, listCommand, doctorCommand, fieldsCommand } from './run.js';
export { createOutput, type RenderOptions } from './run/render.js';
export { tracers, type Tracer } from './core/tracer.js';
export {
  TRACE_DEFAULTS,
  type DoctorOptions,
  type FieldsOptions,
  type ListOptions,
  type TraceOptions,
} from './core/options.js';
export type { KernelFunction, Selection } from './core/function-table.js';
export type { Output, OutputDescriptor } from './core/output.js';
export type { Column, ColumnContext, EnumMembers } from './core/column.js';
export { HIDDEN, LAST, RETURN, ROW, ROW_SIZE } from './core/abi.js';
export {
  EnvironmentError,
  EXIT,
  IpftError,
  KernelError,
  UnsupportedError,
  UsageError,
  type NativeFailure,
} from './core/errors.js';
export { outputs } from './outputs/index.js';
