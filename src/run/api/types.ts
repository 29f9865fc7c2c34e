import type { TraceOptions } from '../../core/options.js';
import type { Summary } from '../../core/summary.js';
import type { MessageTarget } from '../messages.js';

/** One call of a function, or its return with the tracer `function_graph`. The names are those of `-o json`. */
export interface TraceEvent {
  /** address of the skb, hexadecimal; packets after one another have the same */
  readonly packet_id: string;
  /** the packet, one life of an skb; from 1, no two packets of a trace have the same */
  readonly packet: number;
  /** ns, CLOCK_MONOTONIC */
  readonly timestamp: bigint;
  /** CPU */
  readonly processor_id: number;
  /** `vmlinux`, or the module's name */
  readonly module: string;
  /** its name; the address in hexadecimal if it is no known function */
  readonly function: string;
  readonly is_return: boolean;
  /** ns, at returns; null at calls, undefined with the tracer `function` */
  readonly duration_ns?: bigint | null;
  /** the thread, 0 = idle; undefined with the tracer `function` */
  readonly tid?: number;
  /** skb->len, bytes; null at returns, as all below */
  readonly len: number | null;
  /** names of the SKB_GSO_* bits, joined by `|`; '' if none */
  readonly gso_type: string | null;
  /** bytes of payload per segment; 0 if it is not a GSO packet */
  readonly gso_size: number | null;
  readonly gso_segs: number | null;
  /** skb->mark */
  readonly mark: number | null;
}

/** One packet, when it is gone, with all of its events. */
export interface TracePacket {
  /** as TraceEvent.packet */
  readonly packet: number;
  /** as TraceEvent.packet_id */
  readonly packet_id: string;
  /** in order of time */
  readonly events: readonly TraceEvent[];
  /** false if its end was not seen: it was in flight when the trace ended, or there were too many events to hold it longer: summary.cut_packets */
  readonly complete: boolean;
}

/** What a trace amounts to: the object that `-o json` ends with. */
export type TraceSummary = Summary;

/** What trace() is asked for: what ipft's flags ask. A mark or a filter there must be. */
export interface ScriptOptions extends Partial<TraceOptions> {
  /** Ends the trace, as Ctrl-C ends the command: the loop still gets what was recorded, and then ends. */
  readonly signal?: AbortSignal | undefined;
  /** Gets the lines that the command writes to stderr, `process.stderr` for example; nobody if undefined. */
  readonly messages?: MessageTarget | undefined;
}
