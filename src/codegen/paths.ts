import type { ResolvedPath } from '../core/field-path.js';
import { type Emitter, HELPERS, R0, R1, R10, R2, R3, type Label, type Register } from './emitter.js';
import type { SkbLayout } from './skb-layout.js';

/** The members of struct sk_buff that fields and conditions start from. */
export type SkbOffsets = Pick<SkbLayout, 'head' | 'tail' | 'mac_header' | 'network_header'> & {
  readonly end: number;
};

/** Calls bpf_probe_read_kernel(r1, size, address + offset), and jumps to `failed` if that cannot be read. */
export function readKernel(
  code: Emitter,
  size: number,
  address: Register,
  offset: number,
  failed: Label,
): void {
  code.mov(R2, size);
  code.mov(R3, address);
  if (offset !== 0) code.alu('add', R3, offset);
  code.call(HELPERS.probeReadKernel);
  code.jumpIf('ne', R0, 0, failed);
}

/** Reads a number into a register, through the word of the stack at `scratch`. */
export function readNumber(
  code: Emitter,
  to: Register,
  size: 1 | 2 | 4 | 8,
  { address, offset, scratch }: { address: Register; offset: number; scratch: number },
  failed: Label,
): void {
  code.mov(R1, R10);
  code.alu('add', R1, scratch);
  readKernel(code, size, address, offset, failed);
  code.load(size, to, R10, scratch);
}

/** Emits what finds the address of a path's value. */
export class PathFollower {
  /** @param scratch a word of the stack */
  constructor(
    private readonly code: Emitter,
    private readonly skb: Register,
    private readonly offsets: SkbOffsets,
    private readonly scratch: number,
  ) {}

  /**
   * `to` (r6 to r9) = the address that the path's last step is added to. Jumps to `absent` at a null pointer, or one that
   * cannot be read.
   */
  follow({ root, steps }: Pick<ResolvedPath, 'root' | 'steps'>, to: Register, absent: Label): void {
    const { code, scratch } = this;
    this.#start(root, to, absent);
    for (const offset of steps.slice(0, -1)) {
      readNumber(code, to, 8, { address: to, offset, scratch }, absent);
      code.jumpIf('eq', to, 0, absent);
    }
  }

  #start(root: ResolvedPath['root'], to: Register, absent: Label): void {
    const { code, skb, offsets, scratch } = this;
    if (root === 'skb') {
      code.mov(to, skb);
    } else if (root === 'task') {
      code.call(HELPERS.getCurrentTask);
      code.mov(to, R0);
    } else {
      // skb_shinfo(): on 64-bit kernels `end` is an offset from `head`.
      readNumber(code, to, 8, { address: skb, offset: offsets.head, scratch }, absent);
      readNumber(code, R1, 4, { address: skb, offset: offsets.end, scratch }, absent);
      code.alu('add', to, R1);
    }
  }
}
