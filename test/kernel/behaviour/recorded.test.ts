// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { parseCommandLine } from '../../../src/cli/parse.js';
import { Engine } from '../../../src/engine/engine.js';
import { prepare } from '../../../src/plan/prepare.js';
import { plannedResults } from '../../../src/results/results.js';
import { allOf } from '../../../src/results/several.js';
import { Messages } from '../../../src/terminal/messages.js';
import { cleanUp } from '../../support/kernel/kernel.js';
import {
  batchesOf,
  OUTPUT_IDS,
  Recorder,
  rendered,
  tracedOf,
  type Recording,
} from '../../support/packets/recording.js';
import { ping } from '../../support/traffic/traffic.js';

const MARK = '0x7ec';
const folder = mkdtempSync('/tmp/ipft-recorded-');
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(cleanUp);

/** Traces two packets with every output at once, and records the trace. */
async function record(args: readonly string[], fields: string | null): Promise<Recording> {
  const asked = fields === null ? [] : ['-f', fields];
  const request = parseCommandLine(['-m', MARK, '--events-only', '-o', 'json', ...args, ...asked], '');
  if (request.kind !== 'trace') throw new Error('no trace');
  const { options } = request;
  const recorder = new Recorder();
  const files = OUTPUT_IDS.map((output) =>
    plannedResults({ output, outputFile: `${folder}/${output}`, eventsOnly: true }, () => false),
  );
  const messages = new Messages({ write: () => undefined });
  const engine = new Engine(prepare(options, messages), options, allOf([recorder, ...files]), messages);
  let stop: (over: null) => void = () => undefined;
  const recordings: Recording[] = [];
  const stopped = new Promise<null>((resolve) => (stop = resolve));
  const { consumers, lost } = await engine.run({
    stop: stopped,
    announce: async () => {
      await ping(Number(MARK));
      await new Promise((resolve) => setTimeout(resolve, 1000)); // the last event is old enough to be passed to the outputs
      recordings.push(recorder.recording(fields));
      stop(null);
      return null;
    },
  });
  expect({ lost, consumers }).toEqual({
    lost: 0,
    consumers: ['the recorder', ...OUTPUT_IDS.map((id) => `${id} to ${folder}/${id}`)].map((name) => ({
      name,
      missed: 0,
    })),
  });
  const [recording] = recordings;
  if (recording === undefined) throw new Error('no recording');
  return recording;
}

/** Linux 5.10 has no drop reasons, and refuses the field. */
const REASON = readFileSync('/sys/kernel/btf/vmlinux').includes('\0skb_drop_reason\0') ? 'reason,' : '';
const FIELDS = `len,gso_type,mark,caller,stack,${REASON}cause,tuple,skb->dev->name,skb->pkt_type,skb->protocol,sk->__sk_common.skc_state,pid,comm`;

describe('a recorded trace, replayed into every output,', () => {
  it.each([
    ['function', ['-r', '^(ip_|icmp_|dev_|__netif|consume_skb|kfree_skb)'], FIELDS],
    ['function-graph', ['-t', 'function_graph', '-r', '^(ip_|icmp_|dev_)'], null],
  ])('yields the same text as the live trace: %s', async (name, args, fields) => {
    const recording = await record(args, fields);
    const traced = tracedOf(recording);
    const shown = OUTPUT_IDS.map((id) => [id, rendered(id, traced, batchesOf(recording))]);
    const written = OUTPUT_IDS.map((id) => [id, readFileSync(`${folder}/${id}`, 'utf8')]);
    expect(shown).toEqual(written);
    expect(written.every(([, text = '']) => text.split('\n').length > 10)).toBe(true);
    const kept = process.env['IPFT_RECORDINGS'];
    if (kept === undefined) return;
    mkdirSync(kept, { recursive: true });
    writeFileSync(`${kept}/${name}.recording.json`, JSON.stringify(recording));
    for (const [id, text = ''] of written) writeFileSync(`${kept}/${name}.${id}`, text);
  });
});
