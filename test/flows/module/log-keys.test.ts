import { describe, expect, it } from '@jest/globals';
import { logCalls } from '../../../lib/observability/call-log.js';
import { logOutages } from '../../../lib/observability/outage-log.js';
import { FakeClock } from '../../../lib/testing/fake-clock.js';
import { FlakyBackend } from '../../../lib/testing/flaky.backend.js';
import { testCache } from '../../support/caches.js';

const KEY = 'summarize:"My diagnosis"';

async function rig(logKeys?: 'plain' | 'digest') {
  const clock = new FakeClock();
  const backend = new FlakyBackend({ clock });
  const { cache } = await testCache({ backend, ...(logKeys && { logKeys }) }, clock);
  const lines: string[] = [];
  const take = (line: string): void => void lines.push(line);
  const { discretion } = cache.cache.parts;
  logCalls(cache, { debug: take }, discretion);
  logOutages(cache, 'flaky', undefined, { warn: take, log: take }, discretion);
  return { backend, cache, clock, lines };
}

async function live({ backend, cache, clock, lines }: Awaited<ReturnType<typeof rig>>): Promise<string> {
  await cache.getOrSet(KEY, () => 1);
  await cache.forTenant('acme').get(KEY);
  await cache.getOrSet(KEY, () => 1);
  backend.fail('all', new Error(`GET ${KEY} failed`));
  await cache.get(KEY);
  lines.push(JSON.stringify(await cache.healthCheck()));
  const late = cache.getOrSet('other', () => new Promise(() => {}), { hardTimeout: 5 }).catch(String);
  await clock.advance(5);
  lines.push((await late) as string);
  const text = cache.getOrSet(KEY, () => new Promise(() => {}), { hardTimeout: 5 }).catch(String);
  await clock.advance(5);
  lines.push((await text) as string);
  const never: AsyncIterable<unknown> = { [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }) };
  const stream = cache
    .getOrSetStream(`${KEY}:s`, () => never, { hardTimeout: 5 })
    .next()
    .catch(String);
  await clock.advance(5);
  lines.push((await stream) as string);
  return lines.join('\n');
}

describe('logKeys', () => {
  it('plain: lines, reports and errors name the key', async () => {
    const text = await live(await rig());
    expect(text).toContain(`miss ${KEY}\n`);
    expect(text).toContain(`miss ${KEY} of tenant acme`);
    expect(text).toContain(`hit ${KEY} (l2, fresh)`);
    expect(text).toContain(`fails (GET ${KEY} failed)`);
    expect(text).toContain(`first item of ${JSON.stringify(`${KEY}:s`)}`);
    expect(text).toContain(`Loading ${JSON.stringify(KEY)} took longer than 5 ms.`);
  });

  it('digest: nothing of the key stands anywhere', async () => {
    const text = await live(await rig('digest'));
    expect(text).not.toContain('diagnosis');
    expect(text).not.toContain('summarize');
    expect(text).toMatch(/^miss #[0-9a-f]{16}$/m);
    expect(text).toMatch(/^hit #[0-9a-f]{16} \(l2, fresh\)$/m);
    expect(text).toMatch(/flaky fails \(Error\)/);
    expect(text).toMatch(/Loading #[0-9a-f]{16} took longer than 5 ms\./);
  });
});
