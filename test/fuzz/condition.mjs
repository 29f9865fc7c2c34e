// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// Conditions of --where: what is written is parsed to what was meant, and to code; text that is damaged is refused in words.
// Usage: test/fuzz/condition.mjs SECONDS [SEED]. The seed is printed; the same one makes the same conditions.
import { isDeepStrictEqual } from 'node:util';
import { load } from '../../scripts/load.mjs';

const { parseCondition } = await load('src/core/condition.ts');
const { generateFilter } = await load('src/codegen/filter.ts');
const { Random } = await load('test/support/pcap/random.ts');

const seconds = Number(process.argv[2] ?? 10);
const seed = Number(process.argv[3] ?? Date.now() % 2 ** 31);
const random = new Random(seed);

/** No condition may take longer to be read. */
const MOST_MS = 2_000;
const INSTRUCTION = 8;
const USAGE = 2;

const BINDING = { '||': 1, '&&': 2, '&': 4 };
const OPERATORS = ['||', '&&', '&', '==', '!=', '<=', '>=', '<', '>'];
const bindingOf = (operator) => BINDING[operator] ?? 3;

const PATHS = [
  ...['skb->len', 'skb->dev->name', 'skb.mark', 'skb->csum', 'skb->csum_start', 'skb->sk->sk_family'],
  ...['shinfo->gso_size', 'task->comm', 'sk->a.b[3]->c', 'dev->x[0][1]', 'skb->cb'],
];
const NAMES = ['CHECKSUM_PARTIAL', 'x', '_', 'ETH_P_IP'];
const TEXTS = ['eth0', '', 'a b', "'", '\\', 'é', '&&', '0x', 'a'.repeat(70)];
const KINDS = ['unsigned', 'signed', 'bool', 'enum', 'chars', 'bytes', 'pointer'];

function value() {
  const kind = random.below(8);
  if (kind < 3) return { kind: 'path', path: random.pick(PATHS) };
  if (kind < 4) return { kind: 'string', value: random.pick(TEXTS) };
  if (kind < 5) return { kind: 'name', name: random.pick(NAMES) };
  const wide = (BigInt(random.below(2 ** 32)) << 32n) | BigInt(random.below(2 ** 32));
  return { kind: 'number', value: random.once(4) ? wide : BigInt(random.below(70_000)) };
}

function expression(depth) {
  if (depth === 0 || random.once(4)) return value();
  if (random.once(5)) return { kind: 'not', operand: expression(depth - 1) };
  const operator = random.pick(OPERATORS);
  return { kind: 'binary', operator, left: expression(depth - 1), right: expression(depth - 1) };
}

const space = () => (random.once(3) ? random.pick([' ', '  ', '\t', '\n']) : '');
const inParentheses = (text) => `(${space()}${text}${space()})`;

function written(of) {
  const text = writtenPlainly(of);
  return random.once(8) ? inParentheses(text) : text;
}

/** An operand, in parentheses where it binds less closely than `least`. */
function operand(of, least) {
  const binding = of.kind === 'binary' ? bindingOf(of.operator) : Infinity;
  return binding < least ? inParentheses(writtenPlainly(of)) : written(of);
}

function writtenPlainly(of) {
  switch (of.kind) {
    case 'number':
      return random.once(2) ? String(of.value) : `0x${of.value.toString(16)}`;
    case 'string':
      return `"${of.value}"`;
    case 'path':
      return of.path;
    case 'name':
      return of.name;
    case 'not':
      return `!${space()}${operand(of.operand, Infinity)}`;
  }
  const binding = bindingOf(of.operator);
  // `a & & b`, `a <!b`: signs that would be read as one stay apart.
  return `${operand(of.left, binding)} ${of.operator} ${operand(of.right, binding + 1)}`;
}

const LAYOUT = {
  ...{ head: 200, data: 208, tail: 184, len: 112, mac_header: 182, network_header: 180, end: 188 },
  ...{ inner_network_header: 174, vlan_proto: 152, vlan_tci: 154, vlan_present: null, cast: null },
  ...{ dev: 16, sock: 24, netdevTx: 8, queueDev: 0, sockState: 18, sockCommonEnd: 136 },
  ipSummed: { offset: 128, mask: 0x20 },
};

/** What a path leads to: something else each time that it is asked for with another seed, the same within one condition. */
function names() {
  const known = new Map();
  const made = (path) => ({
    root: random.pick(['skb', 'shinfo', 'task']),
    path: path.replace('skb.', 'skb->'),
    steps: Array.from({ length: 1 + random.below(7) }, () => random.below(2 ** 31)),
    size: random.pick([1, 2, 3, 4, 8, 16, 64]),
    ...{ bitOffset: random.below(8), bitSize: random.once(4) ? 1 + random.below(8) : 0 },
    ...{ kind: random.pick(KINDS), bigEndian: random.once(4), type: 't', enumName: null },
  });
  return {
    path: (path) => {
      const there = known.get(path) ?? made(path);
      known.set(path, there);
      return there;
    },
    constant: () => BigInt(random.below(2 ** 32)) - 2n ** 31n,
  };
}

function damaged(text) {
  const letters = [...text];
  for (let count = 1 + random.below(4); count > 0; count--) {
    const at = random.below(letters.length + 1);
    const what = random.pick([
      '(',
      ')',
      '!',
      '&',
      '|',
      '"',
      '=',
      '<',
      '->',
      '[',
      ']',
      '.',
      '0x',
      '9',
      ' ',
      '\0',
      'é',
      '$',
    ]);
    letters.splice(at, random.below(3), ...(random.once(3) ? [] : [what]));
  }
  return letters.join('');
}

/** What a text means, or null if it is refused in words; anything else is thrown. */
function refusedOr(act) {
  try {
    return act();
  } catch (error) {
    if (error.exitCode !== USAGE || error.message === '') throw error;
    return null;
  }
}

function check(text, meant) {
  const began = performance.now();
  const parsed = refusedOr(() => parseCondition(text));
  if (meant !== undefined && !isDeepStrictEqual(parsed, meant))
    throw new Error('it is parsed to something else');
  if (parsed === null) return;
  const code = refusedOr(() => generateFilter({ conditions: [parsed], pcap: null }, names(), LAYOUT));
  if (code !== null && (code.length === 0 || code.length % INSTRUCTION !== 0))
    throw new Error('its code is cut');
  if (performance.now() - began > MOST_MS) throw new Error(`it took ${performance.now() - began} ms`);
}

/** Texts of which the length is the matter. */
function long() {
  const count = 1 + random.below(8_000);
  return random.pick([
    () => '('.repeat(count),
    () => '!'.repeat(count) + '1',
    () => `${'('.repeat(count)}1${')'.repeat(count)}`,
    () => Array(count).fill('skb->len == 1').join(' || '),
    () => Array(count).fill('1').join(' & '),
    () => `skb${'->x'.repeat(count)}`,
    () => '9'.repeat(count),
    () => `${' '.repeat(count)}$`,
  ])();
}

let count = 0;
let text = '';
try {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; count++) {
    const meant = expression(1 + random.below(6));
    text = written(meant);
    check(text, meant);
    text = random.once(200) ? long() : damaged(text);
    check(text);
  }
} catch (error) {
  console.error(
    `condition: seed ${seed}, condition ${count}: ${JSON.stringify(text.slice(0, 500))}\n${error.stack}`,
  );
  process.exit(1);
}
console.log(`condition: ${count} conditions, seed ${seed}`);
