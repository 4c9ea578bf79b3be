import { describe, expect, it } from '@jest/globals';
import { CacheBackendError } from '../../../lib/support/errors.js';
import { CapableMapBackend } from '../../../lib/testing/capable-map.backend.js';
import { FakeClock } from '../../../lib/testing/fake-clock.js';
import { FlakyBackend } from '../../../lib/testing/flaky.backend.js';
import { MapBackend } from '../../../lib/testing/map.backend.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (value: Uint8Array | undefined): string | undefined => value && new TextDecoder().decode(value);
const item = (key: string, value: string) => ({ key, value: bytes(value), ttlMs: undefined });

async function collect(keys: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const key of keys) all.push(key);
  return all;
}

describe('FlakyBackend', () => {
  it('passes everything on while it has no script, and logs each call', async () => {
    const flaky = new FlakyBackend();
    await flaky.set('a', bytes('1'));
    await flaky.setMany!([item('b', '2'), item('c', '3')]);
    expect(text(await flaky.get('a'))).toBe('1');
    expect((await flaky.getMany!(['b', 'x'])).map(text)).toEqual(['2', undefined]);
    expect(await collect(flaky.scan!(''))).toEqual(['a', 'b', 'c']);
    expect(await flaky.exists('a')).toBe(true);
    await flaky.touch!('a', 5);
    expect(await flaky.patch!('a', 0, bytes('9'), bytes('1'))).toBe(true);
    expect(await flaky.delete('a')).toBe(true);
    expect(await flaky.deleteMany!(['b', 'c'])).toBe(2);
    await flaky.ping();
    await flaky.close();
    expect(flaky.calls.map(({ operation, key, keys }) => [operation, key, keys.length])).toEqual([
      ['set', 'a', 1],
      ['setMany', 'b', 2],
      ['get', 'a', 1],
      ['getMany', 'b', 2],
      ['scan', '', 1],
      ['exists', 'a', 1],
      ['touch', 'a', 1],
      ['patch', 'a', 1],
      ['delete', 'a', 1],
      ['deleteMany', 'b', 2],
      ['ping', '', 0],
      ['close', '', 0],
    ]);
    expect(flaky.count('get')).toBe(1);
  });

  it('is named after what it wraps', () => {
    expect(new FlakyBackend({ backend: new MapBackend() }).name).toBe('flaky(map)');
  });

  describe('capabilities', () => {
    const optional = ['scan', 'getMany', 'setMany', 'deleteMany', 'touch', 'patch'] as const;
    const shown = (flaky: FlakyBackend): string[] => optional.filter((capability) => capability in flaky);

    it('shows those of the wrapped backend, and no others', () => {
      expect(shown(new FlakyBackend())).toEqual([...optional]);
      expect(shown(new FlakyBackend({ backend: new MapBackend() }))).toEqual([]);
    });

    it('hides those that are not allowed', () => {
      expect(shown(new FlakyBackend({ capabilities: [] }))).toEqual([]);
      expect(shown(new FlakyBackend({ capabilities: ['scan', 'touch'] }))).toEqual(['scan', 'touch']);
      expect(shown(new FlakyBackend({ backend: new MapBackend(), capabilities: ['scan'] }))).toEqual([]);
    });
  });

  describe('fail', () => {
    it('rejects, and nothing reaches the store', async () => {
      const store = new MapBackend();
      const flaky = new FlakyBackend({ backend: store });
      flaky.fail('set');
      await expect(flaky.set('a', bytes('1'))).rejects.toThrow(CacheBackendError);
      expect(await store.get('a')).toBeUndefined();
      expect(flaky.count('set')).toBe(1);
    });

    it('rejects with the given errors, the given number of times, in their order', async () => {
      const flaky = new FlakyBackend();
      flaky.fail('get', new Error('first'), 1);
      flaky.fail('get', new Error('second'), 2);
      const messages: string[] = [];
      for (let call = 0; call < 4; call++) {
        await flaky.get('a').then(
          () => messages.push('fine'),
          (error: Error) => messages.push(error.message),
        );
      }
      expect(messages).toEqual(['first', 'second', 'second', 'fine']);
    });

    it('takes all operations but close', async () => {
      const flaky = new FlakyBackend();
      flaky.fail('all', new Error('away'));
      await expect(flaky.ping()).rejects.toThrow('away');
      await expect(collect(flaky.scan!(''))).rejects.toThrow('away');
      await flaky.close();
      flaky.fail('close', new Error('closing'));
      await expect(flaky.close()).rejects.toThrow('closing');
    });

    it.each([0, -1, Number.NaN])('refuses %p times', (times) => {
      expect(() => new FlakyBackend().fail('get', new Error('never'), times)).toThrow(RangeError);
    });
  });

  it('loseReply: the write lands, and its caller is told that it failed', async () => {
    const flaky = new FlakyBackend();
    flaky.loseReply('set', new Error('lost'), 1);
    await expect(flaky.set('a', bytes('1'))).rejects.toThrow('lost');
    expect(text(await flaky.get('a'))).toBe('1');
  });

  describe('delay', () => {
    it('reaches the store late, by the injected clock', async () => {
      const clock = new FakeClock();
      const flaky = new FlakyBackend({ clock });
      flaky.delay('set', 50, 1);
      let done = false;
      const set = flaky.set('a', bytes('slow')).then(() => (done = true));
      await flaky.set('a', bytes('fast'));
      await clock.advance(49);
      expect(done).toBe(false);
      expect(text(await flaky.get('a'))).toBe('fast');
      await clock.advance(1);
      await set;
      expect(text(await flaky.get('a'))).toBe('slow');
    });

    it('may be followed by a failure', async () => {
      const clock = new FakeClock();
      const flaky = new FlakyBackend({ clock });
      flaky.delay('get', 50);
      flaky.fail('get', new Error('late'));
      const outcome = expect(flaky.get('a')).rejects.toThrow('late');
      expect(clock.pendingTimers).toBe(1);
      await clock.advance(50);
      await outcome;
    });
  });

  describe('hang', () => {
    it('lets a write land after the deletion that was issued later', async () => {
      const flaky = new FlakyBackend();
      const hang = flaky.hang('set', 1);
      const set = flaky.set('a', bytes('old'));
      expect(await flaky.delete('a')).toBe(false);
      expect(hang.pending).toBe(1);
      await hang.release();
      await set;
      expect(hang.pending).toBe(0);
      expect(text(await flaky.get('a'))).toBe('old');
    });

    it('carries out what hung in the order of the calls, with the bytes as they were', async () => {
      const store = new CapableMapBackend();
      const order: string[] = [];
      store.set = async (key, value) => {
        // The first takes longest; the second still waits for it.
        await new Promise((resolve) => setTimeout(resolve, key === 'a' ? 20 : 0));
        order.push(`${key}=${text(value)}`);
      };
      const flaky = new FlakyBackend({ backend: store });
      const hang = flaky.hang('all');
      const value = bytes('1');
      const sets = [flaky.set('a', value), flaky.set('b', bytes('2')), flaky.setMany!([])];
      value.fill(0);
      await hang.release();
      await Promise.all(sets);
      expect(order).toEqual(['a=1', 'b=2']);
    });

    it('catches so many calls, and none after its release', async () => {
      const flaky = new FlakyBackend();
      const first = flaky.hang('get', 1);
      const second = flaky.hang('get');
      const gets = [flaky.get('a'), flaky.get('a'), flaky.get('a')];
      expect([first.pending, second.pending]).toEqual([1, 2]);
      await Promise.all([first.release(), second.release(), second.release()]);
      await Promise.all(gets);
      expect(await flaky.get('a')).toBeUndefined();
    });

    it('outlives heal: what was lost in a frozen server comes back when it does', async () => {
      const flaky = new FlakyBackend();
      const hang = flaky.hang('set');
      const set = flaky.set('a', bytes('late'));
      flaky.heal();
      await flaky.set('a', bytes('new'));
      expect(text(await flaky.get('a'))).toBe('new');
      await hang.release();
      await set;
      expect(text(await flaky.get('a'))).toBe('late');
    });

    it('may end in a broken connection', async () => {
      const flaky = new FlakyBackend();
      const hang = flaky.hang('set');
      const set = flaky.set('a', bytes('1'));
      hang.fail(new Error('broken'));
      await expect(set).rejects.toThrow('broken');
      expect(hang.over).toBe(true);
      expect(await flaky.get('a')).toBeUndefined();
      await flaky.set('a', bytes('2'));
    });

    it('holds nothing that was delayed until after its release', async () => {
      const clock = new FakeClock();
      const flaky = new FlakyBackend({ clock });
      flaky.delay('get', 10);
      const hang = flaky.hang('get');
      const get = flaky.get('a');
      await hang.release();
      await clock.advance(10);
      expect(await get).toBeUndefined();
    });

    it('passes on what the store answers to a late operation, errors too', async () => {
      const store = new MapBackend();
      store.delete = async () => {
        throw new Error('from the store');
      };
      const flaky = new FlakyBackend({ backend: store });
      const hang = flaky.hang('delete');
      const outcome = expect(flaky.delete('a')).rejects.toThrow('from the store');
      await hang.release();
      await outcome;
    });
  });

  describe('corrupt', () => {
    it('changes what is read, and not what is stored', async () => {
      const flaky = new FlakyBackend();
      await flaky.set('a', bytes('whole'));
      flaky.corrupt('get', (value) => value.subarray(0, 2), 1);
      flaky.corrupt('getMany', (value, key) => (key === 'a' ? undefined : value), 1);
      await flaky.set('b', bytes('other'));
      expect((await flaky.getMany!(['a', 'b', 'absent'])).map(text)).toEqual([undefined, 'other', undefined]);
      expect(text(await flaky.get('a'))).toBe('wh');
      expect(text(await flaky.get('a'))).toBe('whole');
    });

    it('changes what is stored, or loses it', async () => {
      const flaky = new FlakyBackend();
      flaky.corrupt('set', () => bytes('garbage'), 1);
      flaky.corrupt('set', () => undefined, 1);
      flaky.corrupt('setMany', (value, key) => (key === 'c' ? undefined : value));
      await flaky.set('a', bytes('1'));
      await flaky.set('b', bytes('2'));
      await flaky.setMany!([item('c', '3'), item('d', '4')]);
      expect((await flaky.getMany!(['a', 'b', 'c', 'd'])).map(text)).toEqual(['garbage', undefined, undefined, '4']);
    });
  });

  it('heal: calls behave again', async () => {
    const flaky = new FlakyBackend();
    flaky.fail('all');
    flaky.corrupt('get', () => bytes('garbage'));
    flaky.heal();
    await flaky.set('a', bytes('1'));
    expect(text(await flaky.get('a'))).toBe('1');
  });
});
