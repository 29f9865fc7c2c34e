// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A program that is talked to by lines. */
class Lines {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #exit: Promise<unknown>;

  constructor([program = '', ...words]: readonly string[]) {
    this.#child = spawn(program, words, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    if (this.#child.stdout === null) throw new Error('no stdout');
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
    this.#exit = once(this.#child, 'exit');
  }

  stderr = '';

  async read(): Promise<string> {
    const { value, done } = (await this.#lines.next()) as IteratorResult<string, undefined>;
    if (done === true) throw new Error(`it has ended: ${this.stderr}`);
    return value;
  }

  write(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }

  close(): void {
    this.#child.stdin?.end();
  }

  async end(): Promise<void> {
    this.close();
    await this.#exit;
  }
}

/** Words in front of a command that runs it as the first process of a pid namespace of its own. */
const IN_NEW = ['unshare', '--pid', '--fork'];

// /proc is the initial namespace's: it tells all ids. The first process of a namespace inherits those that others leave, and must not
// leave them for dead.
const SENDER = `
import signal, socket, sys
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
status = dict(line[:-1].split(":\\t", 1) for line in open("/proc/self/status"))
print(status["NSpid"], flush=True)
sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sender.setsockopt(socket.SOL_SOCKET, socket.SO_MARK, int(sys.argv[2]).to_bytes(4, sys.byteorder))
for line in sys.stdin:
  for _ in range(int(line)): sender.sendto(b"x", ("127.0.0.1", int(sys.argv[1])))
  print("sent", flush=True)
`;

/** A process that sends UDP over lo to a port of its own. */
export class Sender {
  private constructor(
    private readonly lines: Lines,
    /** of the process in each namespace that it has one in, the initial one's first */
    readonly ids: readonly number[],
    readonly port: number,
  ) {}

  /** @param through the words in front of it */
  static async start(port: number, mark: number, through: readonly string[] = []): Promise<Sender> {
    const lines = new Lines([...through, 'python3', '-c', SENDER, port.toString(), mark.toString()]);
    const ids = (await lines.read()).split('\t').map(Number);
    return new Sender(lines, ids, port);
  }

  /** The same in a pid namespace below the one that this process is in. */
  startBelow(port: number, mark: number): Promise<Sender> {
    return Sender.start(port, mark, [...this.beside, ...IN_NEW]);
  }

  /** Words in front of a command that run it in this process' pid namespace. */
  get beside(): readonly string[] {
    return ['nsenter', '-t', String(this.ids[0]), '-p'];
  }

  static startInNew(port: number, mark: number): Promise<Sender> {
    return Sender.start(port, mark, IN_NEW);
  }

  async send(count: number): Promise<void> {
    this.lines.write(count.toString());
    await this.lines.read();
  }

  end(): Promise<void> {
    return this.lines.end();
  }
}

/** A command that says `ready`, and prints a line once its stdin is closed. */
export async function whileReady(
  command: readonly string[],
  action: () => Promise<unknown>,
): Promise<{ result: string; stderr: string }> {
  const lines = new Lines(command);
  if ((await lines.read()) !== 'ready') throw new Error(`it is not ready: ${lines.stderr}`);
  await action();
  lines.close();
  const result = await lines.read();
  await lines.end();
  return { result, stderr: lines.stderr };
}
