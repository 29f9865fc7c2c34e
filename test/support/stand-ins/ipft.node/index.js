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
      missed: 0,
      missedEnds: 0,
      unreturned: Number(FAKE_UNRETURNED ?? 0),
      noRoom: Number(FAKE_NO_ROOM ?? 0),
      untracked: Number(FAKE_UNTRACKED ?? 0),
    };
  }

  candidates() {
    return [];
  }

  runTimeNs() {
    return performance.now() * 1e6 * Number(FAKE_RUN_TIME_SHARE);
  }

  lostPerCpu() {
    return new Float64Array(2);
  }

  close() {
    clearInterval(this.timer);
  }
}

module.exports = {
  Session,
  // No module of this machine has functions.
  readModuleFunctions: () => Promise.resolve({ names: '', modules: '', symbols: '' }),
  readFunctions: () => ({
    names: 'ip_output\nip_rcv\nnft_do_chain\nnf_no',
    modules: 'vmlinux\nvmlinux\nnf_tables\nvmlinux',
    symbols: '\n\n\n',
    text: new BigUint64Array(2),
    moduleLoads: [],
    traceableUnknown: '',
    addresses: BigUint64Array.of(0xffffffff81000010n, 0xffffffff81000020n, 0xffffffffc0000010n, 0n),
    btfIds: Uint32Array.of(11, 12, 0, 0),
    positions: Uint8Array.of(3, 1, 1, 7),
    slots: Uint8Array.of(2, 0, 0, 6),
    reasons: Uint8Array.of(0, 0, 0, 1),
    reasonNames: ['', 'too far right'],
    claims: new Uint8Array(4),
    uncertain: new Uint8Array(4),
    bytes: new Uint8Array(4),
    returns: new Uint16Array(4),
    returnTypes: [{ kind: 'signed', size: 4, bigEndian: false, names: null }],
    returnPlaces: new Uint8Array(4),
    roles: new Uint8Array(4),
    ends: new Uint8Array(4),
    warnings: [],
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
    symbols: '\n',
    text: new BigUint64Array(2),
    moduleLoads: [],
    traceableUnknown: '',
    addresses: BigUint64Array.of(1n, 2n),
    btfIds: Uint32Array.of(0, 0),
    positions: Uint8Array.of(1, 1),
    slots: Uint8Array.of(0, 0),
    reasons: Uint8Array.of(0, 0),
    claims: Uint8Array.of(0, 0),
    uncertain: Uint8Array.of(0, 0),
    bytes: Uint8Array.of(0, 0),
    returns: new Uint16Array(2),
    returnTypes: [{ kind: 'unknown', size: 0, bigEndian: false, names: null }],
    returnPlaces: new Uint8Array(2),
    roles: Uint8Array.of(0, 0),
    ends: Uint8Array.of(0, 0),
    reasonNames: ['', 'too far right'],
    warnings: [],
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
  realTimeOffset: () => BigInt(process.env.FAKE_REAL_TIME_OFFSET ?? '1000000000000000000'),
  setRlimits: () => undefined,
};
