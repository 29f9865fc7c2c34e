/**
 * Sorts the indexes of `keys` by key; equal keys keep their order. A natural merge sort: batches come sorted and
 * nearly in turn, so there are few runs, and a trace that is in order costs one pass.
 */
export function sortedIndexes(keys: Float64Array): Uint32Array {
  let from = Uint32Array.from(keys, (_, index) => index);
  let to = new Uint32Array(keys.length);
  let starts = runStarts(keys);
  while (starts.length > 1) {
    const merged: number[] = [];
    for (let run = 0; run < starts.length; run += 2) {
      const start = starts[run] ?? 0;
      const middle = starts[run + 1] ?? keys.length;
      const end = starts[run + 2] ?? keys.length;
      merge(keys, from, to, [start, middle, end]);
      merged.push(start);
    }
    [from, to] = [to, from];
    starts = merged;
  }
  return from;
}

function runStarts(keys: Float64Array): number[] {
  const starts = keys.length === 0 ? [] : [0];
  for (let index = 1; index < keys.length; index++) {
    if ((keys[index] ?? 0) < (keys[index - 1] ?? 0)) starts.push(index);
  }
  return starts;
}

type Runs = readonly [start: number, middle: number, end: number];

function merge(keys: Float64Array, from: Uint32Array, to: Uint32Array, [start, middle, end]: Runs): void {
  let left = start;
  let right = middle;
  for (let position = start; position < end; position++) {
    const leftIndex = from[left] ?? 0;
    const rightIndex = from[right] ?? 0;
    const takeLeft = left < middle && (right >= end || (keys[leftIndex] ?? 0) <= (keys[rightIndex] ?? 0));
    to[position] = takeLeft ? leftIndex : rightIndex;
    if (takeLeft) left++;
    else right++;
  }
}
