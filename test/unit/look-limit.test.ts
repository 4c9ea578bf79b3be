import { beforeEach, describe, expect, it } from '@jest/globals';
import { rootScope } from '../../lib/core/scopes.js';
import { jsonCodec } from '../../lib/codecs/json.codec.js';
import { CacheTimeoutError } from '../../lib/support/errors.js';
import { FakeClock } from '../../lib/testing/fake-clock.js';
import { FakeRandom } from '../../lib/testing/fake-random.js';
import { FlakyBackend } from '../../lib/testing/flaky.backend.js';
import { EncodedStore } from '../../lib/wrappers/encoded/encoded.store.js';
import { EntryFormat } from '../../lib/wrappers/encoded/entry-format.js';
import { settle } from '../support/deferred.js';

const LIMIT = 100;
const scope = rootScope('app');
const address = { scope, key: 'k', id: 'k' };

let clock: FakeClock;
let backend: FlakyBackend;
let store: EncodedStore;
beforeEach(async () => {
  clock = new FakeClock();
  backend = new FlakyBackend({ clock });
  const compression = { writer: undefined, readers: [], threshold: Infinity, maxInflatedBytes: Infinity };
  store = new EncodedStore({
    backend,
    format: new EntryFormat({ codec: jsonCodec, compression, cipher: undefined }),
    clock,
    random: new FakeRandom(),
    commandTimeout: LIMIT,
    owned: true,
    rootPath: 'app',
    onError: () => {},
  });
  const now = clock.now();
  const times = { createdAt: now, staleAt: now + 60_000, expiresAt: now + 60_000, loadTime: 1 };
  const kept = { value: 1, bytes: 8, handing: { isCommon: true, isShared: true, give: (value: unknown) => value } };
  await store.set(address, { ...times, kept, tags: ['t'] }, await store.stamp(scope, ['t']));
});

/*
 *     look(k) is asked, and answered after 60 ms: the entry has a tag whose version nobody knows
 *     the version is asked for, and not answered: of the 100 ms that the caller waits in all, 40 are left
 *
 * Nobody else stands by with a clock: a question that is asked for many callers is limited by the store alone.
 */
describe('a look that takes two questions', () => {
  it('takes no longer than one', async () => {
    const entry = backend.hang('getMany', 1);
    let over: unknown;
    void store.lookMany([address], []).catch((error: unknown) => (over = error));
    await clock.advance(60);
    const version = backend.hang('getMany', 1);
    await entry.release();
    await settle();
    expect(version.pending).toBe(1);
    await clock.advance(39);
    await settle();
    expect(over).toBeUndefined();
    await clock.advance(1);
    await settle();
    expect(over).toBeInstanceOf(CacheTimeoutError);
  });

  it('is answered when both are in time', async () => {
    const [found] = await store.lookMany([address], []);
    expect(found!.entry!.read()).toBe(1);
  });
});
