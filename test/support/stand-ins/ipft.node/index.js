// Stands in for the native addon (a folder named ipft.node loads like the file). FAKE_* variables steer it.
const { ROW, ROW_SIZE } = require('./abi.cjs');

const {
  FAKE_EVENTS = '3',
  FAKE_FLOOD,
  FAKE_PROBE_ERRNO = '0',
  FAKE_LOAD_ERROR,
  FAKE_READ_LOG,
  FAKE_UNRETURNED,
  FAKE_NO_ROOM,
  FAKE_LOST_RELATIONS = '0',
  FAKE_UNFOLLOWED = '0',
  FAKE_LOST = '2',
  FAKE_SUPPRESSED = '0',
  FAKE_RUN_TIME_SHARE = '0',
  FAKE_LATE,
  FAKE_UNTRACKED,
  FAKE_TEXT_ERROR,
  FAKE_NO_BREAKPOINTS,
} = process.env;
// The newest backend and the one for few functions are there only if a test says so.
const { FAKE_FENTRY_MULTI_ERRNO = '22', FAKE_FENTRY_ERRNO = '22' } = process.env;
const BATCH = 500;

class Session {
  constructor(options, onBatch) {
    if (FAKE_LOAD_ERROR !== undefined) {
      const log = Array.from({ length: 30 }, (_, line) => `log line ${line}`).join('\n');
      throw Object.assign(new Error('the verifier says no'), {
        code: FAKE_LOAD_ERROR,
        errno: 22,
        phase: 'load',
        log,
      });
    }
    this.batch = new ArrayBuffer(BATCH * ROW_SIZE);
    this.programFds = new Int32Array(12).fill(-1);
    this.onBatch = onBatch;
    this.pageCount = options.pageCount;
    this.delivered = 0;
    this.paused = false;
  }

  activate() {
    this.send(Number(FAKE_EVENTS));
    if (FAKE_FLOOD !== undefined) this.timer = setInterval(() => this.paused || this.send(BATCH), 1);
  }

  send(count) {
    const rows = new DataView(this.batch);
    for (let index = 0; index < count; index++) {
      const at = index * ROW_SIZE;
      rows.setBigUint64(at + ROW.time_ns, BigInt(this.delivered + index + 1), true);
      rows.setBigUint64(at + ROW.skb, 0xffff888003211000n, true);
      rows.setUint32(at + ROW.len, 84, true);
      rows.setUint32(at + ROW.function, index % 2, true);
    }
    this.delivered += count;
    if (count > 0) this.onBatch(count);
  }

  deactivate() {
    clearInterval(this.timer);
  }

  drain() {
    this.send(1);
  }

  pause() {
    this.paused = true;
    if (FAKE_READ_LOG !== undefined) require('node:fs').appendFileSync(FAKE_READ_LOG, 'pause\n');
  }

  resume() {
    this.paused = false;
    if (FAKE_READ_LOG !== undefined) require('node:fs').appendFileSync(FAKE_READ_LOG, 'resume\n');
  }

  followCpus() {
    return 0;
  }

  addFunctions() {}

  counters() {
    const [lost, suppressed] = [Number(FAKE_LOST), Number(FAKE_SUPPRESSED)];
    return {
      matched: this.delivered + lost + suppressed,
      delivered: this.delivered,
      late: Number(FAKE_LATE ?? 0),
      lost,
      unread: 0,
      suppressed,
      followed: 0,
      relations: Number(FAKE_LOST_RELATIONS),
      lostRelations: Number(FAKE_LOST_RELATIONS),
      moves: 0,
      lostMoves: 0,
      unfollowed: Number(FAKE_UNFOLLOWED),
      missed: 0,
      missedEnds: 0,
      unreturned: Number(FAKE_UNRETURNED ?? 0),
      noRoom: Number(FAKE_NO_ROOM ?? 0),
      untracked: Number(FAKE_UNTRACKED ?? 0),
      ended: 0,
      ways: 0,
      lostWays: 0,
      keptCalls: 0,
      unkeptWays: 0,
      waysInFlight: 0,
    };
  }

  candidates() {
    return [];
  }

  runs() {
    const ns = performance.now() * 1e6 * Number(FAKE_RUN_TIME_SHARE);
    return { count: ns / 50, ns };
  }

  lostPerCpu() {
    return new Float64Array(2);
  }

  close() {
    clearInterval(this.timer);
  }
}

/** NativeTable of src/core/function-table.ts. */
function tableOf(functions) {
  const lines = (ids, key) => Array.from(ids, (id) => functions[id][key]).join('\n');
  const table = {
    traceable: (ids) => ids.filter((id) => functions[id].reason === ''),
    uncertain: () => new Uint32Array(0),
    attachableLater: (ids) => table.traceable(ids),
    alwaysProbed: () => new Uint32Array(0),
    deciders: () => new Uint32Array(0),
    described: (ids) => ({
      symbols: lines(ids, 'symbol'),
      positions: Uint8Array.from(ids, (id) => functions[id].position),
      reasons: lines(ids, 'reason'),
    }),
    probes: (ids) => ({
      symbols: lines(ids, 'symbol'),
      programs: Uint8Array.from(ids, (id) => functions[id].program),
      btfIds: ids.map((id) => functions[id].btfId),
    }),
    reasonCounts(ids) {
      const counts = {};
      for (const id of ids) {
        const { reason } = functions[id];
        if (reason !== '') counts[reason] = (counts[reason] ?? 0) + 1;
      }
      return counts;
    },
    returnType: () => ({ kind: 'signed', size: 4, bigEndian: false, names: null }),
    judged: () => ({ table, certain: 0 }),
    following: () => ({ table, unseen: [] }),
  };
  return table;
}

/** There is no network to send packets in. */
class OwnPackets {
  constructor() {
    const failure = { code: 'ENOSPC', errno: 28, phase: 'network namespace' };
    throw Object.assign(new Error('the kernel makes none'), failure);
  }
}

module.exports = {
  useBtf: (file) => file === '',
  Session,
  OwnPackets,
  // No module of this machine has functions.
  readModuleFunctions: () => Promise.resolve({ names: '', modules: '', table: tableOf([]) }),
  readFunctions: () => ({
    names: 'ip_output\nip_rcv\nnft_do_chain\nnf_no',
    modules: 'vmlinux\nvmlinux\nnf_tables\nvmlinux',
    addresses: BigUint64Array.of(0xffffffff81000010n, 0xffffffff81000020n, 0xffffffffc0000010n, 0n),
    moduleLoads: [],
    warnings: [],
    traceableUnknown: '',
    table: tableOf([
      { symbol: 'ip_output', btfId: 11, position: 3, program: 2, reason: '' },
      { symbol: 'ip_rcv', btfId: 12, position: 1, program: 0, reason: '' },
      { symbol: 'nft_do_chain', btfId: 0, position: 1, program: 0, reason: '' },
      { symbol: 'nf_no', btfId: 0, position: 7, program: 6, reason: 'too far right' },
    ]),
  }),
  readUndescribed: () => ['strlcpy', 'tun_get.constprop.0 [tun]'],
  runsAtBreakpoints: () => FAKE_NO_BREAKPOINTS === undefined,
  readBodyOffsets: () => {
    if (FAKE_TEXT_ERROR !== undefined)
      throw Object.assign(new Error('/proc/kcore: no'), {
        code: FAKE_TEXT_ERROR,
        errno: 1,
        phase: 'kernel text',
      });
    return Uint8Array.of(5, 0, 9, 0);
  },
  readTracepoints: () => ({
    names: 'tp:netif_rx\ntp:kfree_skb',
    modules: 'vmlinux\nvmlinux',
    addresses: BigUint64Array.of(1n, 2n),
    moduleLoads: [],
    warnings: [],
    traceableUnknown: '',
    table: tableOf([
      { symbol: 'tp:netif_rx', btfId: 0, position: 1, program: 0, reason: '' },
      { symbol: 'tp:kfree_skb', btfId: 0, position: 1, program: 0, reason: '' },
    ]),
  }),
  readEnum: () => ({ names: ['SKB_GSO_TCPV4'], values: [1] }),
  probe(programs) {
    const [kprobeMulti, kprobe = 0, tracepoint = 0, kprobeSession = 0] = FAKE_PROBE_ERRNO.split(',');
    const errnos = {
      'fentry-multi': FAKE_FENTRY_MULTI_ERRNO,
      'fsession-multi': FAKE_FENTRY_MULTI_ERRNO,
      fentry: FAKE_FENTRY_ERRNO,
      'fentry-graph': FAKE_FENTRY_ERRNO,
      'kprobe-multi': kprobeMulti,
      'kprobe-session': kprobeSession,
      kprobe,
      'kprobe-graph': kprobe,
      tracepoint,
    };
    return Number(errnos[programs]);
  },
  orphanedTraceEvents: () => 0,
  readCauseSources: () => [],
  xdpDevices: () => JSON.parse(process.env.FAKE_XDP_DEVICES ?? '{ "found": [], "unseen": 0 }'),
  hasNoReader: () => false,
  readClocks: () => {
    const real = BigInt(process.env.FAKE_REAL_TIME_OFFSET ?? '1000000000000000000');
    return { monotonic: 0n, real, tai: real };
  },
  setRlimits: () => undefined,
  releaseTypes: () => undefined,
};
