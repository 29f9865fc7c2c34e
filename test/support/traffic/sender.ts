// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { mkdirSync, rmdirSync, statSync } from 'node:fs';
import { run, shell } from '../kernel/system.js';

/** One after the other, UDP datagrams that begin with their number, a u32 of this machine's byte order. */
export interface Plan {
  readonly to: string;
  readonly port: number;
  readonly count: number;
  /** SO_PRIORITY */
  readonly priority: number;
}

/** What the sender knows of one datagram. */
export interface Sent {
  readonly number: number;
  readonly port: number;
  readonly cpu: number;
  /** CLOCK_MONOTONIC, ns, before and after the system call */
  readonly before: number;
  readonly after: number;
  /** errno of the system call; 0: none */
  readonly error: number;
}

export interface Sender {
  /** of the thread that sends, as /proc tells */
  readonly pid: number;
  readonly tid: number;
  readonly comm: string;
  /** the inode of its cgroup's folder */
  readonly cgroup: number;
  readonly sent: readonly Sent[];
}

// Sends from a thread that is not the process' first, on CPU 0 and 1 in turns. Has a packet socket for IPv4, so that packets that
// arrive have two users there.
const PROGRAM = `
import json, os, socket, struct, sys, threading, time
ETH_P_IP = 0x0800
tap = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_IP))
told = {"sent": []}
def send(number, made, plan):
  data = struct.pack("=I", number) + bytes(100 + number)
  os.sched_setaffinity(0, {number % 2})
  one = {"number": number, "port": plan["port"], "cpu": number % 2, "error": 0, "before": time.monotonic_ns()}
  try: made.sendto(data, (plan["to"], plan["port"]))
  except OSError as thrown: one["error"] = thrown.errno
  told["sent"].append({**one, "after": time.monotonic_ns()})
def send_all():
  with open("/proc/thread-self/comm", "w") as comm: comm.write("numberer")
  status = dict(line[:-1].split(":\\t", 1) for line in open("/proc/thread-self/status"))
  told.update(pid=int(status["Tgid"]), tid=int(status["Pid"]), comm=status["Name"])
  number = 0
  for plan in json.loads(sys.argv[1]):
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_PRIORITY, plan["priority"])
    for _ in range(plan["count"]):
      number += 1
      send(number, made, plan)
thread = threading.Thread(target=send_all)
thread.start()
thread.join()
if "pid" not in told: sys.exit("the thread has failed")
print(json.dumps(told))
`;

const CGROUPS = '/sys/fs/cgroup';
const CGROUP = `${CGROUPS}/ipft-sender`;

/** Sends from this network namespace, out of a cgroup of its own. */
export function sendNumbered(namespace: string, plans: readonly Plan[]): Sender {
  shell(`mountpoint -q ${CGROUPS} || mount -t cgroup2 none ${CGROUPS}`);
  mkdirSync(CGROUP);
  try {
    const inside = `echo $$ >${CGROUP}/cgroup.procs && exec "$@"`;
    const command = ['ip', 'netns', 'exec', namespace, 'python3', '-c', PROGRAM, JSON.stringify(plans)];
    const told = JSON.parse(run('bash', '-c', inside, 'bash', ...command)) as Omit<Sender, 'cgroup'>;
    return { ...told, cgroup: statSync(CGROUP).ino };
  } finally {
    rmdirSync(CGROUP);
  }
}
