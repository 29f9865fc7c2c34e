// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { columns } from '../../src/columns/index.js';
import { printable } from '../../src/core/printable.js';
import { csvField } from '../../src/outputs/formats/csv-lines.js';
import { outputs } from '../../src/outputs/index.js';
import { createOutput, type RenderOptions } from '../../src/results/render.js';
import { batchOf, CONTEXT, pack, textOf, type Event } from '../support/packets/rows.js';

function write(events: readonly Event[], options?: RenderOptions): string[] {
  const descriptor = outputs.get('csv');
  if (descriptor === undefined) throw new Error('no output csv');
  const output = createOutput(descriptor, CONTEXT, options);
  const text = (output.head ?? '') + textOf([output.batch(batchOf(pack(events))), ...output.results()]);
  return text.split('\n');
}

/** The fields of a line of RFC 4180. */
function fieldsOf(line: string): string[] {
  const fields = line.match(/(?<=^|,)(?:"(?:[^"]|"")*"|[^",]*)(?=,|$)/g) ?? [];
  return fields.map((field) => (field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field));
}

describe('csv', () => {
  it('has the same columns as JSON, named in the first line, and no summary', () => {
    const events = [
      { time: 5n, function: 2, cpu: 3, len: 84, gsoType: 1, gsoSize: 1384, gsoSegs: 4, mark: 7 },
    ];
    expect(write(events)).toEqual([
      'packet_id,packet,timestamp,processor_id,module,function,is_return,len,gso_type,gso_size,gso_segs,mark',
      '0xffff888003211000,1,5,3,nf_tables,nft_do_chain,false,84,tcpv4,1384,4,7',
      '',
    ]);
  });

  it('leaves fields empty that are null in JSON, for returns of function_graph', () => {
    const call = { time: 1n, function: 1, tid: 9, len: 84 };
    const end = { ...call, time: 3n, duration: 2n, isReturn: true };
    expect(write([call, end], { returns: true })).toEqual([
      'packet_id,packet,timestamp,processor_id,module,function,is_return,duration_ns,tid,len,gso_type,gso_size,gso_segs,mark',
      '0xffff888003211000,1,1,0,vmlinux,ip_output,false,,9,84,,0,0,0',
      '0xffff888003211000,1,3,0,vmlinux,ip_output,true,2,9,,,,,',
      '',
    ]);
  });

  it('quotes names that contain quotes or other special characters', () => {
    const [header = '', line = ''] = write([{ function: 4 }]);
    const names = header.split(',');
    const fields = fieldsOf(line);
    expect(fields).toHaveLength(names.length);
    expect(fields[names.indexOf('function')]).toBe('odd"\\\\u0001é');
    expect(fields[names.indexOf('module')]).toBe('odd"module');
  });

  it.each([
    ['', ''],
    ['plain é', 'plain é'],
    ['a,b', '"a,b"'],
    ['say "x"', '"say ""x"""'],
    ['back\\slash', 'back\\slash'],
    ['two\r\nlines', '"two\\r\\nlines"'],
    ['\u001b[31mred\u009b\u007f', '"\\u001b[31mred\\u009b\\u007f"'],
  ])('writes %j as %s', (value, field) => {
    expect(csvField(JSON.stringify(value))).toBe(field);
  });

  it('writes other values of JSON as they are', () => {
    expect(['null', 'true', '-1.5', '[1,2]'].map(csvField)).toEqual(['', 'true', '-1.5', '"[1,2]"']);
  });

  it('agrees with the JSON of the same rows', () => {
    const events = Array.from({ length: 5 }, (_, index) => ({
      time: BigInt(index),
      function: index,
      gsoType: index,
    }));
    const json = outputs.get('json');
    if (json === undefined) throw new Error('no output json');
    const objects = textOf([createOutput(json, CONTEXT).batch(batchOf(pack(events)))])
      .trimEnd()
      .split('\n');
    const [header = '', ...lines] = write(events).slice(0, -1);
    expect(header.split(',').every((name) => [...columns.values()].some(({ key }) => key === name))).toBe(
      true,
    );
    expect(lines.map((line) => fieldsOf(line))).toEqual(
      objects.map((object) =>
        Object.values(JSON.parse(object) as object).map((value) => printable(String(value))),
      ),
    );
  });
});
