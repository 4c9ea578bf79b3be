import { describe, expect, it } from '@jest/globals';
import type { Redis } from 'ioredis';
import { readMessage, writeMessage, type FleetMessage } from '../../../lib/backends/redis/bus-message.js';
import { PubSubWay } from '../../../lib/backends/redis/bus/pubsub.way.js';
import { words } from './rooms.js';

const head = { sender: 's', number: 7 };
const messages: [FleetMessage, string][] = [
  [{ ...head, kind: 'keys', keys: ['p:v:{a}', 'p:t:{ü"}'] }, '[1,"s",7,"k",["p:v:{a}","p:t:{ü\\"}"]]'],
  [{ ...head, kind: 'pattern', path: 'p', pattern: 'u:*' }, '[1,"s",7,"p","p","u:*"]'],
  [{ ...head, kind: 'nothing' }, '[1,"s",7,"n"]'],
  [{ ...head, kind: 'beat' }, '[1,"s",7,"b"]'],
];

describe('a message', () => {
  it.each(messages)('%j is spelled, and read again', (message, text) => {
    expect(writeMessage(message)).toBe(text);
    expect(readMessage(text)).toEqual(message);
  });

  it.each([
    '',
    'null',
    '{}',
    '[2,"s",7,"b"]',
    '[1,"s","7","b"]',
    '[1,"s",7,"x"]',
    '[1,"s",7,"k","a"]',
    '[1,"s",7,"k",[1]]',
    '[1,"s",7,"p","a"]',
  ])('%s is none', (text) => {
    expect(readMessage(text)).toBeUndefined();
  });
});

describe('messages of others', () => {
  /** What they say, one text a message. */
  function said(...texts: string[]): string[] {
    const way = new PubSubWay({} as Redis, 'p', (sender) => sender === 'me');
    return texts.map((text) => way.read('p:bus', Buffer.from(text)).map(words).join(', '));
  }
  const key = (number: number, sender = 'they'): string => `[1,"${sender}",${number},"k",["p:t:{${number}}"]]`;
  const beat = (number: number): string => `[1,"they",${number},"b"]`;

  it('are heard as they come', () => {
    expect(said(key(1), key(2), '[1,"they",3,"p","p","u:*"]', '[1,"they",4,"n"]', beat(4), beat(4))).toEqual([
      'p:t:{1}',
      'p:t:{2}',
      'p u:*',
      '',
      '',
      '',
    ]);
  });

  it('one that is missing may have been anything', () => {
    expect(said(key(1), key(3), key(4))).toEqual(['p:t:{1}', 'everything, p:t:{3}', 'p:t:{4}']);
    expect(said(key(1), '[1,"they",3,"n"]')).toEqual(['p:t:{1}', 'everything']);
  });

  it('one that comes late is heard; it was missed before', () => {
    expect(said(key(1), key(3), key(2), key(4))).toEqual(['p:t:{1}', 'everything, p:t:{3}', 'p:t:{2}', 'p:t:{4}']);
  });

  it('a last one that is missing is noticed by the beat', () => {
    expect(said(key(1), beat(2), beat(2), key(3))).toEqual(['p:t:{1}', 'everything', '', 'p:t:{3}']);
  });

  it('of a sender that is new begin with 1', () => {
    expect(said(key(2), key(3))).toEqual(['everything, p:t:{2}', 'p:t:{3}']);
    expect(said(beat(1))).toEqual(['everything']);
    expect(said(key(1, 'a'), key(1, 'b'), key(2, 'a'), key(2, 'b')).join(' ')).toBe('p:t:{1} p:t:{1} p:t:{2} p:t:{2}');
  });

  it('of too many senders are forgotten, the silent ones first', () => {
    const way = new PubSubWay({} as Redis, 'p', (sender) => sender === 'me');
    const read = (text: string): string => way.read('p:bus', Buffer.from(text)).map(words).join(', ');
    for (let at = 0; at < 9_999; at++) read(key(1, `s${at}`));
    expect(read(key(1, 'they'))).toBe('p:t:{1}');
    expect(read(key(2, 's0'))).toBe('p:t:{2}');
    expect(read(key(1, 'one too many'))).toBe('p:t:{1}');
    expect(read(key(3, 's0'))).toBe('p:t:{3}');
    expect(read(key(2, 's1'))).toBe('everything, p:t:{2}');
  });

  it('that cannot be read may have been anything', () => {
    expect(said('[9,"a later version"]', 'no json')).toEqual(['everything', 'everything']);
  });

  it('my own are known', () => {
    expect(said(key(1, 'me'), key(9, 'me'))).toEqual(['', '']);
  });

  it('a changed value is a fallen lease', () => {
    expect(said('[1,"they",1,"k",["p:v:{a}","p:t:{b}"]]')).toEqual(['p:v:{a} p:l:{a} p:t:{b}']);
  });

  it('on another channel are none of ours', () => {
    const way = new PubSubWay({} as Redis, 'p', (sender) => sender === 'me');
    expect(way.read('q:bus', Buffer.from(key(1)))).toEqual([]);
    expect(way.read('p:l:{a}', Buffer.from(''))).toEqual([]);
  });
});
