import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { serverSentEvents } from './event-stream.js';
import type { ServerSentEvent } from './event-stream.js';

async function eventsOf(chunks: readonly Uint8Array[]): Promise<ServerSentEvent[]> {
  async function* source(): AsyncGenerator<Uint8Array> {
    yield* chunks;
  }
  const events: ServerSentEvent[] = [];
  for await (const event of serverSentEvents(source())) events.push(event);
  return events;
}

const messages = (...data: string[]): ServerSentEvent[] => data.map((one) => ({ type: 'message', data: one }));

describe('the events of a stream, by the WHATWG standard', () => {
  it.each<[name: string, text: string, events: ServerSentEvent[]]>([
    ['one', 'data: one\n\n', messages('one')],
    [
      'with CR LF, LF and CR as ends of lines',
      'data: one\r\n\r\ndata: two\n\ndata: three\r\r',
      messages('one', 'two', 'three'),
    ],
    ['with data of several lines', 'data: YHOO\ndata: +2\ndata: 10\n\n', messages('YHOO\n+2\n10')],
    ['between comments', ': keep-alive\n\ndata: one\n: another\n\n:\n\n', messages('one')],
    ['with and without data', 'data\n\ndata\ndata\n\ndata:', messages('', '\n')],
    ['with one space taken off', 'data:test\n\ndata: test\n\ndata:  test\n\n', messages('test', 'test', ' test')],
    ['behind a byte-order mark', '\ufeffdata: one\n\n', messages('one')],
    ['with a name', 'event: error\ndata: one\n\ndata: two\n\n', [{ type: 'error', data: 'one' }, ...messages('two')]],
    ['with a name and no data, which is none', 'event: ping\n\ndata: one\n\n', messages('one')],
    ['with fields that nobody knows', 'id: 7\nretry: 10\nnothing\ndata: one\n\n', messages('one')],
    ['that is not ended, which is none', 'data: one\n\ndata: two\n', messages('one')],
    ['with a colon in its data', 'data: {"a": "b:c"}\n\n', messages('{"a": "b:c"}')],
  ])('%s', async (_, text, events) => {
    expect(await eventsOf([Buffer.from(text)])).toEqual(events);
  });

  it('are the same in whatever chunks they come', async () => {
    const line = fc.oneof(
      fc.constantFrom('', 'data', 'data:', 'data: 渡轮 🛥', ': note', 'event: other', 'id: 1'),
      fc.string({ unit: fc.constantFrom('d', ':', ' ', 'é', '🛥') }),
    );
    const lines = fc.array(fc.tuple(line, fc.constantFrom('\n', '\r', '\r\n')), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(lines, fc.boolean(), fc.array(fc.nat(), { maxLength: 12 }), async (all, marked, cuts) => {
        const bytes = Buffer.from((marked ? '\ufeff' : '') + all.flat().join(''));
        const places = cuts.map((cut) => cut % (bytes.length + 1)).sort((one, other) => one - other);
        const chunks = [...places, bytes.length].map((place, index) => bytes.subarray(places[index - 1] ?? 0, place));
        expect(await eventsOf(chunks)).toEqual(await eventsOf([bytes]));
      }),
      { numRuns: 500 },
    );
  });

  it('end in an error where a line has no end', async () => {
    const chunks = Array.from({ length: 12 }, () => Buffer.alloc(100_000, 'a'));
    await expect(eventsOf(chunks)).rejects.toThrow('A line has more than 1000000 characters.');
  });
});
