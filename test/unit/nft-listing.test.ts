// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { readListing } from '../../src/nft/listing.js';

const RULESET = `
table inet shop { # handle 3
	set ports { # handle 9
		type inet_service
		elements = { 1, 2 }
	}

	chain services { # handle 1
		udp dport 53 counter drop comment "a # handle 7" # handle 5
	}

	chain input { # handle 2
		type filter hook input priority filter; policy accept;
		jump services # handle 6
	}
}
table ip filter { # handle 1
	chain INPUT { # handle 1
		type filter hook input priority filter; policy accept;
		udp dport 81  counter drop # handle 2
		ip protocol tcp xt match "owner" counter # handle 4
	}
	chain CHANGED { # handle 5
		counter accept # handle 8
	}
}
`;

const SAVED = `# Generated
*filter
:INPUT ACCEPT [0:0]
:CHANGED - [0:0]
-A INPUT -p udp -m udp --dport 81 -j DROP
-A INPUT -p tcp -m owner --uid-owner 0
-A CHANGED -j ACCEPT
-A CHANGED -j DROP
COMMIT
`;

const FILTER = { family: 'ip', table: 'filter' };

describe('the texts of rules', () => {
  const asked: string[] = [];
  const listing = readListing((program) => {
    asked.push(program);
    return program === 'nft' ? RULESET : SAVED;
  });

  it('are those that nft prints, by table and handle', () => {
    const shop = { family: 'inet', table: 'shop', chain: 'services' };
    expect(listing.text(shop, 5)).toBe('udp dport 53 counter drop comment "a # handle 7"');
    expect(listing.text({ ...shop, chain: 'input' }, 6)).toBe('jump services');
    expect(listing.text(shop, 7)).toBeUndefined();
    expect(listing.text({ ...shop, table: 'other' }, 5)).toBeUndefined();
  });

  it('are those of iptables-save where iptables-nft has made the table', () => {
    expect(asked).toEqual(['nft', 'iptables-nft-save']);
    expect(listing.text({ ...FILTER, chain: 'INPUT' }, 2)).toBe('-A INPUT -p udp -m udp --dport 81 -j DROP');
    expect(listing.text({ ...FILTER, chain: 'INPUT' }, 4)).toBe('-A INPUT -p tcp -m owner --uid-owner 0');
  });

  it('are those of nft where iptables-save has another number of rules', () => {
    expect(listing.text({ ...FILTER, chain: 'CHANGED' }, 8)).toBe('counter accept');
  });

  it('are unknown if nothing is printed', () => {
    expect(readListing(() => '').text({ ...FILTER, chain: 'INPUT' }, 2)).toBeUndefined();
  });
});
