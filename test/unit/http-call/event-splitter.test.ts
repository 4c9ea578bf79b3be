import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { EventSplitter } from '../../../lib/adapters/http-call/event-splitter.js';
import { serverEvent } from '../../../lib/adapters/http-call/server-event.js';

/** The events of the text, cut into chunks of so many bytes, with what is left at the end. */
function split(text: string, size: number): string[] {
  const bytes = Buffer.from(text);
  const splitter = new EventSplitter();
  const events: string[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    for (const event of splitter.take(bytes.subarray(at, at + size))) events.push(Buffer.from(event).toString());
  }
  const rest = Buffer.from(splitter.rest()).toString();
  return rest === '' ? events : [...events, rest];
}

describe('EventSplitter', () => {
  it.each([
    ['\n', ['data: a\n\n', 'event: b\ndata: c\n\n']],
    ['\r\n', ['data: a\r\n\r\n', 'event: b\r\ndata: c\r\n\r\n']],
    ['\r', ['data: a\r\r', 'event: b\rdata: c\r\r']],
  ])('cuts behind each blank line, with %j between lines', (_, events) => {
    expect(split(events.join(''), 1_000)).toEqual(events);
  });

  it('hands out an event as soon as it is whole, and what has no end at the end', () => {
    const splitter = new EventSplitter();
    expect([...splitter.take(Buffer.from('data: «a'))]).toHaveLength(0);
    expect([...splitter.take(Buffer.from('»\n\ndata'))].map((event) => Buffer.from(event).toString())).toEqual([
      'data: «a»\n\n',
    ]);
    expect(Buffer.from(splitter.rest()).toString()).toBe('data');
    expect(splitter.rest()).toHaveLength(0);
  });

  it('loses and adds nothing, and finds the same data, however the bytes are cut', () => {
    const line = fc.constantFrom('data: a', 'data:«b»', 'data', 'event: e', ': c', 'id: 1', '');
    const text = fc.array(fc.tuple(line, fc.constantFrom('\n', '\r\n', '\r')).map((pair) => pair.join('')));
    const dataOf = (events: string[]): unknown[] =>
      events.map((event) => serverEvent(event)).filter(({ data }) => data !== undefined);
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 40 }), (lines, size) => {
        const whole = lines.join('');
        const events = split(whole, size);
        expect(events.join('')).toBe(whole);
        expect(dataOf(events)).toEqual(dataOf(split(whole, whole.length + 1)));
      }),
    );
  });

  it('holds no more than so much of an event without an end', () => {
    const splitter = new EventSplitter();
    const chunk = Buffer.alloc(1024 * 1024, 'a');
    let held = 0;
    for (let nth = 0; nth < 40; nth++) {
      held += chunk.length;
      for (const piece of splitter.take(chunk)) held -= piece.length;
      expect(held).toBeLessThanOrEqual(17 * chunk.length);
    }
    expect(splitter.rest()).toHaveLength(held);
  });
});

describe('serverEvent', () => {
  it.each([
    ['data: a\n\n', { name: '', data: 'a' }],
    ['data:a\n\n', { name: '', data: 'a' }],
    ['data:  a\n\n', { name: '', data: ' a' }],
    ['data: a\ndata: b\n\n', { name: '', data: 'a\nb' }],
    ['event: e\ndata\n\n', { name: 'e', data: '' }],
    ['event: e\r\nid: 1\r\ndata: a: b\r\n\r\n', { name: 'e', data: 'a: b' }],
    ['\uFEFFdata: a\n\n', { name: '', data: 'a' }],
    [': a comment\n\n', { name: '', data: undefined }],
    ['\n', { name: '', data: undefined }],
  ])('reads %j', (text, event) => {
    expect(serverEvent(text)).toEqual(event);
  });
});
