// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// The producer of events (bench/producer) beside an ipft that traces by tracepoints.
import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';
import { PRODUCER_CPU } from './ipft.mjs';

export const producer = execFileSync('bench/producer/build', { encoding: 'utf8' }).trim();

const list = execFileSync(process.execPath, ['dist/bin.cjs', '-b', 'tracepoint', '--list'], {
  encoding: 'utf8',
});
const tracepoints = list.trim().split('\n').length;

/** Makes events for the ipft of that pid: `rate` a second (0: as fast as possible). */
export async function produceInto(pid, rate, seconds) {
  const args = ['into', pid, tracepoints, rate, seconds, PRODUCER_CPU].map(String);
  return JSON.parse((await promisify(execFile)(producer, args)).stdout);
}
