// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { createServer, type AddressInfo } from 'node:net';

/** A TCP port of the loopback that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
