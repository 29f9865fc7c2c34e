// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Numbers } from '../report/columns.js';
import type { Report } from './report.js';

/** Whether a packet is among what is looked for. */
type Test = (packet: number) => boolean;

interface Term {
  readonly key: string;
  readonly text: string;
}

/** Words of a query: `key:text`, `key:"text with spaces"`, or text alone. */
export function termsOf(query: string): Term[] {
  const words = query.matchAll(/(?:([a-z]+):)?(?:"([^"]*)"?|(\S+))/gi);
  return Array.from(words, ([, key = '', quoted, plain = '']) => ({
    key: key.toLowerCase(),
    text: (quoted ?? plain).toLowerCase(),
  })).filter(({ text }) => text !== '');
}

const indexesWith = (texts: readonly (string | null)[], text: string): Set<number> =>
  new Set(texts.flatMap((each, index) => (each?.toLowerCase().includes(text) === true ? [index] : [])));

/** Packets with an event whose number in this column is one of these. */
function withEvent(report: Report, column: Numbers, wanted: ReadonlySet<number>): Test {
  if (wanted.size === 0) return () => false;
  return (packet) => {
    const end = report.end(packet);
    for (let event = report.start(packet); event < end; event++)
      if (wanted.has(column[event] ?? -1)) return true;
    return false;
  };
}

const ofFunction = (report: Report, text: string): Test =>
  withEvent(report, report.of('function'), indexesWith(report.functions, text));

const ofLane = (report: Report, text: string, key: 'namespace' | 'device'): Test => {
  const texts = report.lanes.map((lane) => lane[key]);
  return withEvent(report, report.of('lane'), indexesWith(texts, text));
};

const ofDrop =
  (report: Report, text: string): Test =>
  (packet) =>
    report.drops
      .get(packet)
      ?.some(({ place, reason }) => `${reason} ${place}`.toLowerCase().includes(text)) === true;

function ofValue(report: Report, text: string, name?: string): Test {
  const tests = report.fields
    .filter((field) => name === undefined || field.name === name)
    .map(({ of, values }) => withEvent(report, of, indexesWith(values, text)));
  return (packet) => tests.some((test) => test(packet));
}

const ofNumber =
  (report: Report, text: string): Test =>
  (packet) =>
    String(report.number(packet)) === text.replace(/^#/, '');

const KINDS: Readonly<Record<string, (report: Report, packet: number) => boolean>> = {
  dropped: (report, packet) => report.hasFlag(packet, 'isDropped'),
  gso: (report, packet) => report.hasFlag(packet, 'isGso'),
  incomplete: (report, packet) => report.hasFlag(packet, 'isIncomplete'),
  related: (report, packet) => report.family(packet).length > 1,
};
export const KIND_WORDS = Object.keys(KINDS);

/** What stands before a colon. */
const KEYS: Readonly<Record<string, (report: Report, text: string) => Test>> = {
  fn: ofFunction,
  drop: ofDrop,
  ns: (report, text) => ofLane(report, text, 'namespace'),
  dev: (report, text) => ofLane(report, text, 'device'),
  way: (report, text) => (packet) => String(report.at('class', packet)) === text,
  rel: (report, text) => (packet) => report.kinship(packet).includes(text),
  is: (report, text) => {
    const kind = KINDS[text];
    return (packet) => kind?.(report, packet) === true;
  },
};

function testOf(report: Report, { key, text }: Term): Test {
  const known = KEYS[key];
  if (known !== undefined) return known(report, text);
  if (report.fields.some(({ name }) => name === key)) return ofValue(report, text, key);
  const whole = key === '' ? text : `${key}:${text}`;
  if (/^#\d+$/.test(whole)) return ofNumber(report, whole);
  const tests = [
    ofFunction(report, whole),
    ofDrop(report, whole),
    ofLane(report, whole, 'namespace'),
    ofLane(report, whole, 'device'),
    ofValue(report, whole),
    ofNumber(report, whole),
  ];
  return (packet) => tests.some((test) => test(packet));
}

/** The packets that have all that the query says. */
export function search(report: Report, query: string): Uint32Array {
  const tests = termsOf(query).map((term) => testOf(report, term));
  const found = new Uint32Array(report.packets);
  let size = 0;
  for (let packet = 0; packet < report.packets; packet++)
    if (tests.every((test) => test(packet))) found[size++] = packet;
  return found.slice(0, size);
}

/** The query with another text for a key; '': without the key. */
export function withTerm(query: string, key: string, text: string): string {
  const others = termsOf(query).filter((term) => term.key !== key);
  const terms = text === '' ? others : [...others, { key, text }];
  return terms
    .map(({ key: name, text: value }) => {
      const quoted = /\s/.test(value) ? `"${value}"` : value;
      return name === '' ? quoted : `${name}:${quoted}`;
    })
    .join(' ');
}
