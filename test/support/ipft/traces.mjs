// Traces at the same time, within one process: `traces.mjs '[OPTIONS, ...]'`, each as trace() of the API takes them, but for regular
// expressions as strings. It says `ready`, traces until stdin is closed, and then prints what each has seen, as an array of arrays.
import { trace } from '../../../dist/index.js';

process.title = 'ipft'; // as the command has it: the tests end what they find by that name

const runs = JSON.parse(process.argv[2]).map(({ function: pattern, ...options }) =>
  trace({ follow: [], ...options, selection: { function: new RegExp(pattern) }, messages: process.stderr }),
);

async function eventsOf(run) {
  const events = [];
  for await (const event of run) events.push(event);
  return events;
}

const seen = runs.map(eventsOf);
await Promise.all(runs.map((run) => run.ready));
process.stdout.write('ready\n');
process.stdin.on('end', () => runs.forEach((run) => run.stop())).resume();
const numbers = (_, value) => (typeof value === 'bigint' ? Number(value) : value);
process.stdout.write(`${JSON.stringify(await Promise.all(seen), numbers)}\n`);
