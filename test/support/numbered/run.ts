// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Tuple } from '../../../src/columns/event-types.js';
import { trace } from '../ipft/in-process.js';
import { parseResults } from '../ipft/results.js';
import { AUTO } from '../kernel/kernel.js';
import { Capture } from '../witnesses/capture.js';
import { selectionOf } from './functions.js';
import { MAGIC, numberedIn, numberedOf } from './keys.js';
import { NumberedSender, type Burst } from './sender.js';

/** Traces that run at a time: a function takes so many programs, and the machine so much memory for ring buffers. */
const AT_A_TIME = 20;
const BUFFER_PAGES = 1024;
/** Of each kind: comparing thousands would take a guest minutes. */
const FAULTS_SHOWN = 5;
/** How often is tried until no interrupt kept ipft from calls that matter, by its own counters. */
const TRIALS = 3;

interface Event {
  readonly packet: number;
  readonly function: string;
  readonly tuple: Tuple | null;
  readonly seq: number | null;
  readonly ack: number | null;
}

/** What is wrong with a filter's trace, in words; nothing at best. */
export interface Faults {
  /** shown packets that libpcap does not match; each with the functions that show it */
  readonly wrong: string[];
  /** packets that libpcap matches, and no event shows */
  readonly missing: string[];
  /** lives that never show what packet they are; each by its functions */
  readonly nameless: string[];
  /** lives that show more than one packet, fragments apart: one of them is put together in the memory of the last to come */
  readonly several: string[];
  readonly lost: number;
}

export const NO_FAULTS: Faults = { wrong: [], missing: [], nameless: [], several: [], lost: 0 };

export interface Verdict {
  readonly faults: Faults;
  /** of the burst */
  readonly packets: number;
  /** by libpcap */
  readonly matching: number;
  /** calls that ipft has missed: ends of lives may be among them */
  readonly missed: number;
}

/** A life of an skb. */
interface Life {
  /** keys of the packets that it shows, the first one first */
  readonly keys: Set<string>;
  readonly functions: string[];
  /** it shows a packet that has no number, such as what IPv6 sends of its own */
  isAnother: boolean;
}

/** The lives that a trace shows. */
function livesOf(events: readonly Event[]): Life[] {
  const lives = new Map<number, Life>();
  for (const { packet, tuple, seq, ack, function: name } of events) {
    const life = lives.get(packet) ?? { keys: new Set<string>(), functions: [], isAnother: false };
    lives.set(packet, life);
    life.functions.push(name);
    const key = tuple === null ? undefined : numberedOf(tuple, seq, ack)?.key;
    if (key !== undefined) life.keys.add(key);
    else life.isAnother ||= tuple !== null;
  }
  return [...lives.values()].filter(({ keys, isAnother }) => keys.size > 0 || !isAnother);
}

const firstOf = ({ keys: [first] }: Life): string => first ?? '';
const wordsFor = ({ keys, functions }: Life): string => `${[...keys].join(' then ')}: ${functions.join(' ')}`;

/** What tcpdump has seen of a burst. */
class Seen {
  readonly keys: ReadonlySet<string>;
  readonly #fragmented: ReadonlySet<string>;

  constructor(
    private readonly capture: Capture,
    private readonly burst: Burst,
  ) {
    this.keys = this.matching('');
    const fragments = [...this.keys].filter((key) => key.includes(' fragment '));
    this.#fragmented = new Set(fragments.map((key) => key.split(' ', 1)[0] ?? ''));
  }

  /** The keys of what libpcap matches. */
  matching(filter: string): Set<string> {
    const keys = this.capture.matching(filter).map((frame) => numberedIn(frame)?.key ?? '');
    return new Set(keys.filter((key) => this.isOfBurst(key)));
  }

  /** Packets of an earlier burst may be freed in this one. */
  isOfBurst(key: string): boolean {
    const number = Number(/\d+/.exec(key)?.[0]);
    return number >= this.burst.first && number <= this.burst.last;
  }

  isFragmented(key: string): boolean {
    return this.#fragmented.has(key.split(' ', 1)[0] ?? '');
  }
}

function verdictOn(filter: string, stdout: string, seen: Seen): Verdict {
  const { events, summary } = parseResults(stdout);
  const lives = livesOf(events as Event[]);
  const known = lives.filter((life) => seen.isOfBurst(firstOf(life)));
  const [shown, matching] = [new Set(known.map(firstOf)), seen.matching(filter)];
  const inWords = (faulty: readonly Life[]): string[] => faulty.slice(0, FAULTS_SHOWN).map(wordsFor);
  const faults = {
    wrong: inWords(known.filter((life) => !matching.has(firstOf(life)))),
    missing: [...matching].filter((key) => !shown.has(key)).slice(0, FAULTS_SHOWN),
    nameless: inWords(lives.filter(({ keys }) => keys.size === 0)),
    several: inWords(known.filter((life) => life.keys.size > 1 && !seen.isFragmented(firstOf(life)))),
    lost: summary.lost,
  };
  return { faults, packets: seen.keys.size, matching: matching.size, missed: summary.causes.recursion };
}

/** Ends the capture when it has the burst's last packet. */
async function stop(capture: Capture, { last }: Burst): Promise<void> {
  const number = Buffer.alloc(4);
  number.writeUInt32BE(last);
  await capture.has(Buffer.concat([Buffer.from(MAGIC), number]));
  await capture.stop();
}

/** One burst of packets that all of these filters are asked about, with a capture of them. */
async function burstThrough(filters: readonly string[], sender: NumberedSender): Promise<Verdict[]> {
  const traces = filters.map((filter, place) =>
    trace([
      ...['--filter', filter, '-b', AUTO, ...selectionOf(place), '-f', 'tuple,seq,ack', '-o', 'json'],
      ...['--perf-page-count', `${BUFFER_PAGES}`],
    ]),
  );
  const running = await Promise.all(traces);
  const capture = await Capture.start('ipft-a', 'veth');
  try {
    const burst = await sender.burst();
    await stop(capture, burst);
    const ended = await Promise.all(running.map((each) => each.end()));
    const seen = new Seen(capture, burst);
    return ended.map(({ stdout }, place) => verdictOn(filters[place] ?? '', stdout, seen));
  } finally {
    capture.close();
  }
}

const isDoubtful = ({ faults, missed }: Verdict): boolean =>
  missed > 0 && Object.values(faults).some((fault) => fault !== 0 && (fault as string[]).length !== 0);

async function verdictsOf(
  filters: readonly string[],
  sender: NumberedSender,
  trials = TRIALS,
): Promise<Verdict[]> {
  const verdicts = await burstThrough(filters, sender);
  return trials > 1 && verdicts.some(isDoubtful) ? verdictsOf(filters, sender, trials - 1) : verdicts;
}

/** What each filter's trace shows of packets of all kinds, in lab/net/numbers. */
export async function filterNumbered(filters: readonly string[]): Promise<Verdict[]> {
  const sender = await NumberedSender.start();
  try {
    const verdicts: Verdict[] = [];
    for (let at = 0; at < filters.length; at += AT_A_TIME)
      verdicts.push(...(await verdictsOf(filters.slice(at, at + AT_A_TIME), sender)));
    return verdicts;
  } finally {
    await sender.end();
  }
}
