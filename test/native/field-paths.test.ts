import { describe, expect, it } from 'vitest';
import { UnsupportedError, UsageError } from '../../src/core/errors.js';
import { resolvePath } from '../../src/run/field-paths.js';
import { addon } from './addon.js';
import { expected, witnessed } from './field-witness.js';

/** What a kernel of any configuration that can be traced has, or nearly: of each kind some. */
const PATHS = [
  // plain members, of all sizes, and through anonymous structs and unions
  'skb->len data_len mark hash protocol queue_mapping truesize users.refs.counter network_header dev_scratch',
  'skb->tstamp _skb_refdst _nfct sp next data head destructor',
  // bit-fields, and what stands beside them
  'skb->pkt_type ip_summed encapsulation cloned nohdr fclone peeked pfmemalloc ooo_okay l4_hash sw_hash',
  'skb->encap_hdr_csum csum_valid vlan_all inner_protocol_type remcsum_offload headers.pkt_type',
  'sk->sk_state sk_reuse sk_family sk_num sk_daddr sk_dport sk_userlocks sk_protocol sk_type sk_v6_daddr.in6_u.u6_addr8',
  'task->sched_reset_on_fork in_execve pid tgid comm flags prio on_rq personality',
  // arrays, nested ones, by pointer
  'skb->cb cb[3] data[14] dev->name dev->name[1] dev->dev_addr[5] dev->_tx[2].numa_node dev->broadcast',
  'shinfo->gso_size gso_segs gso_type nr_frags tskey dataref.counter frags[2].len frags[1].offset hwtstamps.hwtstamp',
  'dev->ifindex mtu flags type operstate nd_net.net->ns.inum netdev_ops->ndo_open perm_addr dev.parent->power.usage_count',
  'dev->reg_state addr_len min_mtu needed_headroom dma lltx',
  'task->mm->owner->comm nsproxy->net_ns->ns.inum cred->uid.val thread_pid->numbers[0].nr se.vruntime',
].flatMap((line) => {
  const [, root = '', members = ''] = /^(\w+->)(.*)$/.exec(line) ?? [];
  return members.split(' ').map((member) => root + member);
});

function resolved(path: string) {
  const value = addon.resolvePath(path);
  return 'error' in value ? null : value;
}

const problem = (path: string) => {
  const value = addon.resolvePath(path);
  return 'error' in value ? value : null;
};

describe('paths of the kernel’s types', () => {
  it('lead where a C compiler says', () => {
    const values = PATHS.map(resolved).filter((value) => value !== null);
    const missing = PATHS.filter((path) => resolved(path) === null);
    expect(missing.length).toBeLessThan(PATHS.length / 5);
    const rows = (results: string[]) => values.map(({ path }, i) => `${path} ${results[i] ?? '?'}`);
    expect(rows(values.map(expected))).toEqual(rows(witnessed(values)));
    console.log(`${values.length} paths compared; this kernel lacks ${missing.join(' ')}`);
  });

  it('tell what to print', () => {
    const kinds = (path: string) => {
      const { kind, type, size, bigEndian, enumName } = resolved(path) ?? {};
      return [kind, type, size, bigEndian, enumName];
    };
    expect(kinds('skb->len')).toEqual(['unsigned', 'unsigned int', 4, false, null]);
    expect(kinds('skb->protocol')).toEqual(['unsigned', '__be16', 2, true, null]);
    expect(kinds('skb->dev')).toEqual(['pointer', 'struct net_device *', 8, false, null]);
    expect(kinds('skb->destructor')).toEqual(['pointer', 'void (*)(struct sk_buff *)', 8, false, null]);
    expect(kinds('skb->dev->name')).toEqual(['chars', 'char[16]', 16, false, null]);
    expect(kinds('skb->cb')).toEqual(['chars', 'char[48]', 48, false, null]);
    expect(kinds('sk->sk_v6_daddr.in6_u.u6_addr8')).toEqual(['bytes', '__u8[16]', 16, false, null]);
    expect(kinds('sk->sk_v6_daddr.in6_u.u6_addr32[1]')).toEqual(['unsigned', '__be32', 4, true, null]);
    expect(kinds('task->prio')).toEqual(['signed', 'int', 4, false, null]);
    expect(kinds('dev->dev.power.request')).toEqual(['enum', 'enum rpm_request', 4, false, 'rpm_request']);
  });

  it('may be written with either arrow or point', () => {
    expect(resolved('skb.dev.nd_net->net.ifindex')).toEqual(resolved('skb->dev->nd_net.net->ifindex'));
    expect(resolved('dev->mtu')?.steps).toEqual(resolved('skb->dev->mtu')?.steps);
    expect(resolved('sk')?.steps).toEqual(resolved('skb->sk')?.steps);
    expect(resolved('skb.sk.sk_family')?.path).toBe('skb->sk->sk_family');
  });

  it('follow six pointers and not seven', () => {
    expect(resolved(`skb${'->next'.repeat(6)}->len`)?.steps).toHaveLength(7);
    expect(problem(`skb${'->next'.repeat(7)}->len`)).toMatchObject({ syntax: true });
  });
});

describe('paths that stand for nothing', () => {
  it.each([
    ['', 'expected a name such as skb, not the end'],
    ['skb->', "expected a member's name behind 'skb->', not the end"],
    ['skb->len]', "expected '->', '.' or '[' behind 'skb->len', not ']'"],
    ['skb->cb[x]', "expected a decimal number that fits into 31 bits behind 'skb->cb[', not 'x]'"],
    ['skb->cb[9999999999]', 'expected a decimal number that fits into 31 bits'],
    ['skb->cb[1', "expected ']' behind 'skb->cb[1', not the end"],
    ['skb - >len', "expected '->', '.' or '[' behind 'skb', not ' - >len'"],
    ['skbb->len', "a path begins with skb, shinfo, task, sk or dev, not with 'skbb'"],
    ['skb', 'skb is all of a struct sk_buff: name one of its members'],
    ['skb[1]', 'skb is no array'],
    ['sk->sk_v6_daddr', 'sk->sk_v6_daddr is all of a struct in6_addr: name one of its members'],
    ['shinfo->frags', 'shinfo->frags is an array, skb_frag_t['],
  ])('%j is no path of any kernel', (path, error) => {
    expect(problem(path)?.error).toContain(error);
    expect(problem(path)?.syntax).toBe(true);
    expect(() => resolvePath(addon, path)).toThrow(UsageError);
  });

  it.each([
    ['skb->gso_size', 'struct sk_buff has no member', ['shinfo->gso_size']],
    ['skb->lenn', 'struct sk_buff has no member', ['skb->len']],
    ['sk->famly', 'struct sock has no member', ['sk->sk_family']],
    ['skb->dev->nmae', 'struct net_device has no member', ['skb->dev->name']],
    ['skb.dev.sk_family', 'struct net_device has no member', ['sk->sk_family']],
    ['skb->cb[48]', 'skb->cb has 48 elements, the last of them [47]', []],
    ['skb->len->x', "skb->len is of type 'unsigned int', which has no members here", []],
  ])('%s is not of this kernel', (path, error, nearest) => {
    expect(problem(path)?.error).toContain(error);
    expect(problem(path)?.syntax).toBe(false);
    expect(problem(path)?.nearest).toEqual(expect.arrayContaining(nearest));
    expect(() => resolvePath(addon, path)).toThrow(UnsupportedError);
  });

  it('name at most five others', () => {
    for (const path of ['skb->e', 'skb->name', 'dev->rx', 'task->id', 'shinfo->zzzzzzz']) {
      expect([path, problem(path)?.nearest.length]).not.toEqual([path, 0]);
      expect(problem(path)?.nearest.length).toBeLessThanOrEqual(5);
      for (const near of problem(path)?.nearest ?? [])
        expect(problem(near)?.error ?? '').not.toMatch(/has no member|expected/);
    }
  });
});
