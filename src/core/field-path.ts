/** What a path of the kernel's own types leads to, by BTF. */
export interface ResolvedPath {
  /** Byte offsets: the address is the root's; for each but the last, it becomes the pointer there; the last one is the value's. */
  readonly steps: readonly number[];
  /** bytes to read, at most 64 */
  readonly size: number;
  /** of a bit-field: where it starts in those bytes, little-endian */
  readonly bitOffset: number;
  /** 0: no bit-field */
  readonly bitSize: number;
  readonly kind: 'unsigned' | 'signed' | 'bool' | 'enum' | 'chars' | 'bytes' | 'pointer';
  /** in network byte order */
  readonly bigEndian: boolean;
  /** as C has it */
  readonly type: string;
  /** of an enum with a name */
  readonly enumName: string | null;
}

/** What a path starts at. */
export type Root = 'skb' | 'shinfo' | 'task';

/** The root of a path that was resolved. */
export function rootOf(path: string): Root {
  const [root = ''] = /^\w+/.exec(path) ?? [];
  return root === 'shinfo' || root === 'task' ? root : 'skb';
}
