// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { afterEach, expect, it } from 'vitest';
import { BARE_HOME } from '../support/stand-ins/build-homes.js';
import { ipft, killLeftovers } from '../support/stand-ins/process.js';

afterEach(killLeftovers);

it.each([[['--version', '-v']], [['--verbose', '--version']]])(
  'shows what ipft is made of, and why the addon does not load: %j',
  async (words) => {
    const { code, stdout, stderr } = await ipft(words, { home: BARE_HOME, fakeKernel: false }).ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(
      /^ipft +\d+\.\d+\.\d+\nNode\.js +\d+\.\d+\.\d+, \/.*\naddon +the native addon was not built: /,
    );
  },
);
