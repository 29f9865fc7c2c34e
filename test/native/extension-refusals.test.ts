// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { ExtensionError, KernelError } from '../../src/core/errors.js';
import { completeOptions } from '../../src/api/check.js';
import { together } from '../../src/extension/extensions.js';
import { loadExtension } from '../../src/extension/load.js';
import { Messages } from '../../src/terminal/messages.js';
import { prepare } from '../../src/plan/prepare.js';
import { openSession } from '../../src/engine/session.js';
import { type Ended } from '../support/ipft/running.js';
import { ipftProcess } from '../support/ipft/process.js';
import { refusal } from '../support/addon/bpf-objects.js';

const reason = refusal();
const folder = mkdtempSync('/tmp/ipft-refusals-');
afterAll(() => rmSync(folder, { recursive: true }));

/** An extension in C whose module() does `body`. */
function extension(name: string, body: string): string {
  const path = `${folder}/${name}.c`;
  writeFileSync(
    path,
    `#include "ipft_extension.h"
struct event { __u32 len; } __ipft_event_struct;
struct sk_buff { unsigned int len; int nonsense; } __attribute__((preserve_access_index));
static __attribute__((noinline)) __u32 beyond(__u8 *data) { return *(volatile __u32 *)(data + 100000); }
__hidden int module(void *ctx, struct sk_buff *skb, __u8 data[64]) {
  struct event *event = (struct event *)data;
  ${body}
  return 0;
}
`,
  );
  return path;
}

const traced = (path: string, ...args: string[]): Promise<Ended> =>
  ipftProcess([
    '-m',
    '1',
    '-b',
    'tracepoint',
    '-r',
    '^tp:net_dev_queue$',
    '-e',
    path,
    '--duration',
    '1ms',
    ...args,
  ]);

/** The instructions `r0 = *(u64 *)(r10 + 8)` and `exit`: above the stack is nothing to be read. */
const REFUSED = Uint8Array.from([0x79, 0xa0, 8, 0, 0, 0, 0, 0, 0x95, 0, 0, 0, 0, 0, 0, 0]);

describe.skipIf(reason !== null)(
  `extensions that the kernel refuses${reason === null ? '' : ` (skipped: ${reason})`}`,
  () => {
    it.each([
      ['beyond', 'event->len = *(volatile __u32 *)(data + 100000);', /^ {2}invalid read from stack /m],
      ['helper', 'event->len = beyond(data);', /^ {2}invalid read from stack /m],
      ['pointer', 'event->len = *(volatile __u32 *)skb;', /^ {2}R\d invalid mem access 'scalar'$/m],
      ['member', 'event->len = BPF_CORE_READ(skb, nonsense);', /CO-RE relocation/],
    ])('are reported with name, function and reason: %s', async (name, body, why) => {
      const path = extension(name, body);
      const { code, stderr, stdout } = await traced(path);
      expect(stderr).toContain(`ipft: extension ${path}: module(): the BPF programs load without it`);
      expect(stderr).toMatch(why);
      expect(stderr.split('\n').length).toBeLessThan(20);
      expect({ code, stdout }).toEqual({ code: 6, stdout: '' });
    });

    it('shows the whole log with --verbose', async () => {
      const path = extension('verbose', 'event->len = beyond(data);');
      const { code, stderr } = await traced(path, '--verbose');
      expect(code).toBe(6);
      expect(stderr).toMatch(
        /-- BEGIN PROG LOAD LOG --[^]*invalid read from stack [^]*-- END PROG LOAD LOG --/,
      );
    });

    it('does not blame the extension if the programs are refused without it, too', async () => {
      const open = async (path: string, capture?: Uint8Array): Promise<unknown> => {
        const options = completeOptions({ mark: 1, backend: 'tracepoint', selection: { function: /queue/ } });
        const messages = new Messages({ write: () => undefined });
        const plan = prepare(options, messages, together([await loadExtension(path)]));
        const data = { ...plan.data, capture: capture ?? plan.data.capture };
        try {
          openSession({ ...plan, data }, options, { ends: true, drops: false }, () => undefined).close();
          return null;
        } catch (error) {
          return error;
        }
      };
      const good = extension('good', 'event->len = BPF_CORE_READ(skb, len);');
      expect(await open(good)).toBeNull();
      const error = await open(good, REFUSED);
      expect(error).toBeInstanceOf(KernelError);
      expect((error as KernelError).exitCode).toBe(5);
      expect((error as KernelError).details(false).join('\n')).toContain('invalid read from stack');
      const both = await open(extension('bad', 'event->len = beyond(data);'), REFUSED);
      expect(both).toBeInstanceOf(KernelError);
      expect(await open(extension('bad', 'event->len = beyond(data);'))).toBeInstanceOf(ExtensionError);
    });
  },
);
