/** One event of a `text/event-stream`. */
export interface ServerSentEvent {
  /** `message` unless the server names it. */
  readonly type: string;
  readonly data: string;
}

/** A line that is longer than this is not of a server of this kind. Characters. */
const LONGEST_LINE = 1_000_000;

/**
 * The events of a stream of bytes, in whatever chunks they come: WHATWG HTML, section 9.2.6. What has no empty line behind it
 * when the stream ends is no event. Ids and retry times are for clients that reconnect, and skipped.
 *
 * @throws {RangeError} a line without end
 */
export async function* serverSentEvents(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<ServerSentEvent> {
  const fields = new EventFields();
  for await (const line of linesOf(chunks)) {
    const event = fields.take(line);
    if (event) yield event;
  }
}

/** The lines that a stream has ended with CR LF, LF or CR. */
async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  // It drops a byte-order mark at the beginning, and holds back a character that a chunk has cut.
  const decoder = new TextDecoder();
  let rest = '';
  let afterReturn = false;
  for await (const chunk of chunks) {
    let text = decoder.decode(chunk, { stream: true });
    if (text === '') continue;
    // A LF that opens a chunk may belong to the CR that ended the last one.
    if (afterReturn && text.startsWith('\n')) text = text.slice(1);
    afterReturn = text.endsWith('\r');
    const lines = (rest + text).split(/\r\n|\n|\r/u);
    rest = lines.pop()!;
    if (rest.length > LONGEST_LINE) throw new RangeError(`A line has more than ${LONGEST_LINE} characters.`);
    yield* lines;
  }
}

/** Gathers the fields of one event until an empty line ends it. */
class EventFields {
  #type = '';
  #data: string[] = [];

  take(line: string): ServerSentEvent | undefined {
    if (line === '') return this.#end();
    const colon = line.indexOf(':');
    // A comment, which begins with the colon, is a field without a name, and like any that is not known.
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (field === 'data') this.#data.push(value);
    else if (field === 'event') this.#type = value;
    return undefined;
  }

  #end(): ServerSentEvent | undefined {
    const event = { type: this.#type || 'message', data: this.#data.join('\n') };
    const isNamedAlone = this.#data.length === 0;
    [this.#type, this.#data] = ['', []];
    return isNamedAlone ? undefined : event;
  }
}
