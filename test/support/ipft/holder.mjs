// A script that traces until it is killed: `holder.mjs '{"mark", "function", "backends"}'`, a trace by each of the backends at the same
// time. It says `NUMBER running` of each that has attached all of its functions.
import { trace } from '../../../dist/index.js';

process.title = 'ipft'; // as the command has it: the tests end what they find by that name

const { mark, function: pattern, backends } = JSON.parse(process.argv[2]);

async function hold(backend, number) {
  const running = trace({ mark, backend, follow: [], selection: { function: new RegExp(pattern) } });
  await running.ready;
  process.stdout.write(`${number} running\n`);
  await running.summary;
}

await Promise.all(backends.map(hold));
