// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../free-port.js';
import { fromNpm, nodeFolder } from '../../host/from-npm.mjs';

const VERDACCIO = '6.10.4';
/** It asks for this package by a tag, which not every mirror of the registry has. */
const OVERRIDES = { 'node-fetch': '2.7.0' };
/** verdaccio needs Node.js 22 or later. */
const NODE = '24.22.3';

/** Anyone may publish, and what nobody has published is not there: it asks no other registry. */
const configuration = (storage: string): string => `storage: ${storage}
packages:
  '**':
    access: $all
    publish: $all
log: { type: stdout, format: pretty, level: warn }
`;

/** A registry of one's own on the loopback. */
export class Registry {
  readonly address: string;

  private constructor(
    private readonly port: number,
    private readonly folder: string,
    private readonly child: ChildProcess,
  ) {
    this.address = `http://127.0.0.1:${port}/`;
  }

  static async start(): Promise<Registry> {
    const folder = mkdtempSync(join(tmpdir(), 'ipft-registry-'));
    const file = join(folder, 'config.yaml');
    writeFileSync(file, configuration(join(folder, 'storage')));
    const port = await freePort();
    const words = [
      join(fromNpm('verdaccio', VERDACCIO, OVERRIDES), 'bin/verdaccio'),
      '--config',
      file,
      '--listen',
      `127.0.0.1:${port}`,
    ];
    const child = spawn(join(nodeFolder(NODE), 'bin/node'), words, { stdio: 'ignore' });
    const registry = new Registry(port, folder, child);
    for (let tries = 0; tries < 300; tries++) {
      const answer = await fetch(`${registry.address}-/ping`).catch(() => null);
      if (answer?.ok === true) return registry;
      await delay(100);
    }
    throw new Error('verdaccio does not answer');
  }

  publish(archive: string): void {
    const token = `--//127.0.0.1:${this.port}/:_authToken=anyone`;
    execFileSync('npm', ['publish', archive, '--registry', this.address, token], { stdio: 'pipe' });
  }

  stop(): void {
    this.child.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
