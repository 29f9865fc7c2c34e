// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { runSilently } from './traffic.js';

/** Ports of what is sent in turn, over lo: the kernel gives one's memory to the other. */
export const MARKED_PORT = 7102;
export const OTHER_PORT = 7101;

const SCRIPT = `
import socket, sys
socket.setdefaulttimeout(30)
ports, mark = [int(sys.argv[1]), int(sys.argv[2])], int(sys.argv[3])
is_v6 = sys.argv[4].endswith("6")
family, here = (socket.AF_INET6, "::1") if is_v6 else (socket.AF_INET, "127.0.0.1")
def listening(kind, port):
  made = socket.socket(family, kind)
  made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
  made.bind((here, port))
  return made
def sending(kind, port):
  made = socket.socket(family, kind)
  if port == ports[1]: made.setsockopt(socket.SOL_SOCKET, socket.SO_MARK, mark.to_bytes(4, sys.byteorder))
  made.connect((here, port))
  return made
def tcp(rounds):
  servers = {port: listening(socket.SOCK_STREAM, port) for port in ports}
  for server in servers.values(): server.listen()
  for _ in range(rounds):
    for port in ports:
      client = sending(socket.SOCK_STREAM, port)
      served, _ = servers[port].accept()
      for _ in range(3):
        client.sendall(bytes(300))
        served.recv(1000)
      client.close()
      served.recv(1000)
      served.close()
def udp(rounds):
  receivers = {port: listening(socket.SOCK_DGRAM, port) for port in ports}
  senders = {port: sending(socket.SOCK_DGRAM, port) for port in ports}
  for _ in range(rounds):
    for port in ports:
      senders[port].send(b"x" * 40, socket.MSG_MORE)
      senders[port].send(b"y" * 40)
      senders[port].send(b"z" * 40)
      for _ in range(2): receivers[port].recv(100)
{"tcp": tcp, "udp": udp}[sys.argv[4].rstrip("6")](int(sys.argv[5]))
`;

/** Over IPv4, or IPv6. */
export type Protocol = 'tcp' | 'udp' | 'tcp6' | 'udp6';

/** Connections, or datagrams (in one piece and in two), to both ports in turn; those to MARKED_PORT have the mark. */
export function sendInTurn(protocol: Protocol, mark: number, rounds: number): Promise<void> {
  const numbers = [OTHER_PORT, MARKED_PORT, mark].map(String);
  return runSilently('python3', ['-c', SCRIPT, ...numbers, protocol, String(rounds)]);
}
