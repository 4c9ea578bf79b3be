const LF = 0x0a;
const CR = 0x0d;

/** In bytes: of an event whose end has not come yet. Images come as single events of some MiB. */
const MAX_PENDING = 16 * 1024 * 1024;

/**
 * Cuts the bytes of an event stream behind each blank line, which is where an event ends (HTML standard, section 9.2.5: lines
 * end with CR, LF or both). Nothing is lost or added: the pieces put together are the bytes.
 */
export class EventSplitter {
  private pending: Uint8Array[] = [];
  private pendingBytes = 0;
  private lineIsEmpty = true;
  private afterCr = false;

  /** The events that are whole by now. */
  *take(chunk: Uint8Array): Generator<Uint8Array<ArrayBuffer>> {
    let start = 0;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at];
      const isRestOfCrLf = byte === LF && this.afterCr;
      this.afterCr = byte === CR;
      if (isRestOfCrLf) continue;
      if (byte !== LF && byte !== CR) {
        this.lineIsEmpty = false;
        continue;
      }
      if (this.lineIsEmpty) {
        const end = byte === CR && chunk[at + 1] === LF ? at + 2 : at + 1;
        yield this.joined(chunk.subarray(start, end));
        start = end;
      }
      this.lineIsEmpty = true;
    }
    if (start < chunk.length) this.hold(chunk.subarray(start));
    if (this.pendingBytes > MAX_PENDING) yield this.joined(new Uint8Array());
  }

  /** What came behind the last blank line: nothing, where the stream ended as it should. */
  rest(): Uint8Array<ArrayBuffer> {
    return this.joined(new Uint8Array());
  }

  private hold(bytes: Uint8Array): void {
    this.pending.push(bytes);
    this.pendingBytes += bytes.length;
  }

  private joined(last: Uint8Array): Uint8Array<ArrayBuffer> {
    this.hold(last);
    const joined = new Uint8Array(this.pendingBytes);
    let at = 0;
    for (const part of this.pending) {
      joined.set(part, at);
      at += part.length;
    }
    this.pending = [];
    this.pendingBytes = 0;
    return joined;
  }
}
