import type { Backend } from '../core/backend.js';
import { kprobeMulti } from './kprobe-multi.js';
import { kprobe } from './kprobe.js';
import { tracepoint } from './tracepoint.js';

const all: readonly Backend[] = [kprobeMulti, kprobe, tracepoint];

/** Every backend by its id, in the order in which `auto` tries them. */
export const backends: ReadonlyMap<string, Backend> = new Map(all.map((backend) => [backend.id, backend]));
