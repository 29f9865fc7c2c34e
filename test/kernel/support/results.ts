/** One line of `-o json`. */
export interface Event {
  readonly packet_id: string;
  readonly timestamp: bigint;
  readonly processor_id: number;
  readonly module: string;
  readonly function: string;
  readonly len: number;
  readonly gso_type: string;
  readonly gso_size: number;
  readonly mark: number;
}

type Raw = Omit<Event, 'timestamp'> & { timestamp: number };

/** Every line parses, or this throws. ns of a guest that runs for minutes are exact in a double. */
export function parseJson(text: string): Event[] {
  if (text !== '' && !text.endsWith('\n')) throw new Error(`the last line is cut: ${text.slice(-200)}`);
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => {
      const raw = JSON.parse(line) as Raw;
      return { ...raw, timestamp: BigInt(raw.timestamp) };
    });
}

/** One line of `-o aggregate`. */
export interface Line {
  readonly timestamp: bigint;
  readonly cpu: number;
  readonly function: string;
  readonly fields: string;
}

const LINE = /^(\d+) (\d{4,}) +([\w.]+)(?: \[\w+\])?((?: \([^)]*\))?)$/;

export function parseLine(line: string): Line {
  const match = LINE.exec(line);
  if (match === null) throw new Error(`not a line of results: '${line}'`);
  const [, timestamp = '', cpu = '', name = '', fields = ''] = match;
  return { timestamp: BigInt(timestamp), cpu: Number(cpu), function: name, fields: fields.trim() };
}

/** The groups of `-o aggregate`; throws for anything that is not of its form. */
export function parseGroups(text: string): Line[][] {
  if (text === '') return [];
  const [before, ...groups] = text.split(/^===\n/m);
  if (before !== '') throw new Error(`something before the first group: '${before}'`);
  return groups.map((group) => group.split('\n').slice(0, -1).map(parseLine));
}

const byTime = (left: { timestamp: bigint }, right: { timestamp: bigint }): number =>
  left.timestamp < right.timestamp ? -1 : left.timestamp > right.timestamp ? 1 : 0;

/** The names of the functions in order of time. */
export const sequence = (events: readonly { timestamp: bigint; function: string }[]): string[] =>
  events.toSorted(byTime).map((event) => event.function);

export interface Counts {
  readonly samples: number;
  readonly lost: number;
}

/** The line `Samples: N Lost: N` on stderr. */
export function countsOf(stderr: string): Counts {
  const match = /^Samples: (\d+) Lost: (\d+)\s*\n(?:CPU .*\n)*Trace done!/m.exec(stderr);
  if (match === null) throw new Error(`no line of counters before 'Trace done!' in: ${stderr}`);
  return { samples: Number(match[1]), lost: Number(match[2]) };
}

export interface AttachCounts {
  readonly total: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly filtered: number;
  readonly untraceable: number;
}

/** The line `Attaching program (...)` on stderr. */
export function attachCountsOf(stderr: string): AttachCounts {
  const match =
    /Attaching program \(total (\d+), succeeded (\d+), failed (\d+) filtered: (\d+) untraceable: (\d+)\)\n/.exec(
      stderr,
    );
  if (match === null) throw new Error(`no line of the attach counter in: ${stderr}`);
  const [total = 0, succeeded = 0, failed = 0, filtered = 0, untraceable = 0] = match.slice(1).map(Number);
  return { total, succeeded, failed, filtered, untraceable };
}
