// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Backend } from '../core/backend.js';
import { fentryMulti } from './fentry-multi.js';
import { fentry } from './fentry.js';
import { kprobeMulti } from './kprobe-multi.js';
import { kprobe } from './kprobe.js';
import { tracepoint } from './tracepoint.js';

const all: readonly Backend[] = [fentryMulti, kprobeMulti, kprobe, fentry, tracepoint];

/** Every backend by its id, in the order in which `auto` tries them. */
export const backends: ReadonlyMap<string, Backend> = new Map(all.map((backend) => [backend.id, backend]));

/** Backend ids by every name that --backend accepts, except `auto`. */
export const backendIds: ReadonlyMap<string, string> = new Map(
  all.flatMap(({ id, aliases = [] }) => [id, ...aliases].map((name) => [name, id] as const)),
);
