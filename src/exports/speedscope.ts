// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { secondsText } from '../core/clock.js';
import type { ShownTrace } from '../core/output.js';
import { printableJson } from '../core/printable.js';
import type { TextBuffer } from '../core/text-buffer.js';
import { version } from '../core/version.js';
import { edgesOf, tracksOf, type Track } from '../ways/spans.js';
import type { Way } from '../ways/way.js';
import type { DocumentKind } from './document.js';
import { frameName } from './frame-name.js';
import { ofWays, type WayDocument } from './of-ways.js';
import { packetTitle } from './packet-title.js';
import { threadName } from './thread-name.js';

/** How the documents of speedscope's own format begin. */
const head = (): string =>
  `{"$schema":"https://www.speedscope.app/file-format-schema.json","exporter":"ipft@${version()}","profiles":[`;

/** The evented format: times that decrease, or ends of what is not the innermost call, make it refuse the whole file. */
class Profiles implements WayDocument {
  readonly #frames = new Map<string, number>();
  #count = 0;

  constructor(private readonly trace: ShownTrace) {}

  take(way: Way, text: TextBuffer): void {
    for (const track of tracksOf(way, this.trace.returns)) {
      if (track.spans.length === 0) continue;
      text.string(this.#count++ === 0 ? head() : ',');
      this.#write(way, track, text);
    }
  }

  *end(): Generator<string> {
    if (this.#count === 0) yield head();
    yield '],"shared":{"frames":[';
    let separator = '';
    for (const name of this.#frames.keys()) {
      yield `${separator}${printableJson({ name })}`;
      separator = ',';
    }
    yield ']}}\n';
  }

  /** Times are ns since the packet's first event: doubles would not be exact since 1970. */
  #write(way: Way, { task, spans }: Track, text: TextBuffer): void {
    const name = printableJson(
      `${packetTitle(way)}${task === null ? '' : `, ${threadName(task)}`}${this.#timeOf(way)}`,
    );
    text.string(
      `{"type":"evented","name":${name},"unit":"nanoseconds","startValue":0,"endValue":${way.lengthNs},"events":[`,
    );
    let separator = '';
    for (const { isOpen, span, ns } of edgesOf(spans)) {
      const frame = this.#frameOf(frameName(span.step));
      text.string(`${separator}{"type":"${isOpen ? 'O' : 'C'}","frame":${frame},"at":${ns}}`);
      separator = ',';
    }
    text.string(']}');
  }

  #timeOf({ firstNs }: Way): string {
    return `, at ${secondsText(firstNs - (this.trace.clock.firstNs ?? firstNs))} s`;
  }

  #frameOf(name: string): number {
    const frame = this.#frames.get(name) ?? this.#frames.size;
    this.#frames.set(name, frame);
    return frame;
  }
}

export const speedscope: DocumentKind = {
  id: 'speedscope',
  isBinary: false,
  fields: [],
  create: ({ trace }) => ofWays(trace, new Profiles(trace)),
};
