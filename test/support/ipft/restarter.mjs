// A script of traces until it is killed: `restarter.mjs '{"mark", "function", "backend", "traces"}'`, so many at a time, each started
// again when it has ended, which it is as soon as it runs. It says `NUMBER STATE` of each: starting, running, ended.
import { trace } from '../../../dist/index.js';

process.title = 'ipft'; // as the command has it: the tests end what they find by that name

const { mark, function: pattern, backend, traces } = JSON.parse(process.argv[2]);

async function restart(number) {
  const say = (state) => process.stdout.write(`${number} ${state}\n`);
  for (;;) {
    say('starting');
    const running = trace({ mark, backend, follow: [], selection: { function: new RegExp(pattern) } });
    await running.ready;
    say('running');
    running.stop();
    await running.summary;
    say('ended');
  }
}

await Promise.all(Array.from({ length: traces }, (_, number) => restart(number)));
