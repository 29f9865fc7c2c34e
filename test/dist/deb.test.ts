// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { HOME } from '../support/home.js';
import { packageFile, RELEASE, VERSION } from '../support/dist/packages.js';
import { PING_SHOWN, runIn, tracedPing } from '../support/dist/roots.js';

const DEB = `ipft_${VERSION}_amd64.deb`;
const APT = 'apt-get -q -y -o APT::Sandbox::User=root';

describe('the .deb', () => {
  it('is clean for lintian, which finds errors elsewhere', () => {
    // What lintian calls is not among what it depends on, since each Debian has it.
    const essential = [
      'coreutils',
      'bash',
      'dash',
      'base-files',
      'findutils',
      'grep',
      'sed',
      'gzip',
      'mawk',
      'libc-bin',
    ];
    const words = ['--name', 'lintian', 'trixie', 'lintian', 'diffutils', 'debianutils', ...essential];
    const root = execFileSync(join(HOME, 'lab/root'), words, { encoding: 'utf8', stdio: 'pipe' }).trim();
    const script = `ln -s debian /etc/dpkg/origins/default
      lint() { lintian --allow-root --fail-on error,warning "$1"; }
      lint /release/${DEB}; echo "is clean"
      dpkg-deb -R /release/${DEB} /tmp/deb; chmod 666 /tmp/deb/usr/lib/ipft/package.json
      dpkg-deb -b /tmp/deb /tmp/bad.deb >/dev/null; lint /tmp/bad.deb`;
    const { status, stdout } = runIn(root, script, { '/release': RELEASE });
    expect({ status, stdout }).toEqual({
      status: 2,
      stdout: expect.stringMatching(/^is clean\nW: ipft: non-standard-file-perm 0666 /) as string,
    });
  });

  it('is refused by Debian 12, whose Node.js is too old, with that reason', () => {
    const script = `. "${HOME}/lab/common"; . "${HOME}/lab/apt"; apt_setup bookworm
      apt-get -q update >&2; apt-get -s install "${packageFile(DEB)}"`;
    const { status, stdout, stderr } = spawnSync('bash', ['-euc', script], { encoding: 'utf8' });
    expect(status).toBe(100);
    expect(stdout + stderr).toMatch(/Depends: nodejs \(>= 20\.19\) but it is not going to be installed/);
  });
});

describe('apt install ./ipft.deb in a minimal Debian 13', () => {
  let root: string;
  beforeAll(() => {
    root = execFileSync(join(HOME, 'lab/bootstrap'), ['trixie'], { encoding: 'utf8', stdio: 'pipe' }).trim();
  });
  const run = (script: string) =>
    runIn(root, `export DEBIAN_FRONTEND=noninteractive; ${script}`, { '/release': RELEASE }, ['--host-net']);

  it('traces, has its man page and completions, and purge leaves nothing', () => {
    const { status, stdout, stderr } = run(`
      { ${APT} update; ${APT} install --no-install-recommends iputils-ping man-db; } >&2
      ${APT} install --download-only /release/${DEB} >&2
      find / -xdev | sort >/tmp/before
      start=$(date +%s%N)
      ${APT} install --no-install-recommends /release/${DEB} >&2
      ${tracedPing('ipft')}
      echo "seconds: $(( ($(date +%s%N) - start) / 1000000000 ))"
      ipft doctor; ipft --version -v; man ipft | head -3
      ls /usr/share/bash-completion/completions/ipft /usr/share/zsh/vendor-completions/_ipft
      ls /usr/share/fish/vendor_completions.d/ipft.fish
      ${APT} purge ipft >&2; ${APT} autoremove --purge >&2
      find / -xdev | sort >/tmp/after; comm -13 /tmp/before /tmp/after | grep ipft | grep -v ^/var/cache/man/ || echo "nothing left"`);
    expect({ status, stderr }).toMatchObject({ status: 0 });
    for (const line of PING_SHOWN) expect(stdout).toMatch(line);
    expect(stdout).toMatch(/^ {2}tracepoint +yes/m);
    expect(stdout).toMatch(/^Node\.js +20\.19\.\d+, \/usr\/bin\/node$/m);
    expect(stdout).toMatch(/^addon +\/usr\/lib\/ipft\/prebuilt\/linux-x64\/ipft\.node, libbpf 1\.5$/m);
    expect(stdout).toMatch(/^IPFT\(1\)/m);
    expect(stdout).toMatch(/\nnothing left\n$/);
    console.log(
      `deb: ${/^seconds: .*/m.exec(stdout)?.[0] ?? ''} from apt install to the end of the first trace`,
    );
  });

  it('filters by libpcap, and runs an extension', () => {
    const { status, stdout, stderr } = run(`
      { ${APT} update; ${APT} install --no-install-recommends iputils-ping /release/${DEB}; } >&2
      ipft --filter icmp -b tracepoint -- ping -q -c 1 127.0.0.1
      ipft --gen js >/tmp/e.js; ipft -e /tmp/e.js -m 1 -b tracepoint -- ping -q -c 1 -m 1 127.0.0.1`);
    expect({ status, stderr }).toMatchObject({ status: 0 });
    expect(stdout.match(/tp:net_dev_queue/g)?.length).toBeGreaterThanOrEqual(3);
  });
});
