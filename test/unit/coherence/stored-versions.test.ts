import { beforeEach, describe, expect, it } from '@jest/globals';
import type { FleetCommands } from '../../../lib/contracts/fleet.js';
import { rootScope } from '../../../lib/core/scopes.js';
import { FakeClock } from '../../../lib/testing/fake-clock.js';
import { FakeRandom } from '../../../lib/testing/fake-random.js';
import { CapableMapBackend } from '../../../lib/testing/capable-map.backend.js';
import { BackendCalls } from '../../../lib/wrappers/encoded/backend-calls.js';
import { StoredVersions } from '../../../lib/wrappers/encoded/stored-versions.js';
import { VersionCache } from '../../../lib/wrappers/encoded/version-cache.js';
import { encodeScopeRecord, encodeTagRecord } from '../../../lib/wrappers/encoded/version-record.js';
import { WireNames } from '../../../lib/wrappers/coherence/wire-names.js';
import { FleetBus } from '../../support/fleet-bus.js';
import { settle } from '../../support/deferred.js';

const scope = rootScope('app');

let backend: CapableMapBackend;
let bus: FleetBus;
let cache: VersionCache;
let versions: StoredVersions;
beforeEach(async () => {
  const clock = new FakeClock();
  backend = new CapableMapBackend(clock);
  bus = new FleetBus('tracking', false);
  cache = new VersionCache(bus);
  const names = new WireNames('app');
  // That there are others is all that is asked of them.
  const calls = new BackendCalls(backend, clock, 100, {} as FleetCommands);
  versions = new StoredVersions({ calls, random: new FakeRandom(), names, cache });
  await put('one');
});

/** The version of the scope, and the counter of its tags. */
async function put(version: string): Promise<void> {
  const asked = versions.begin(scope, []).asked;
  for (const key of ['app:s:{%}', ...asked.filter((other) => other !== 'app:s:{%}')]) {
    const bytes = key.includes(':s:')
      ? encodeScopeRecord({ version, patterns: { sequence: 0, items: [] } })
      : encodeTagRecord({ version });
    await backend.set(key, bytes);
  }
}

const versionNow = async (): Promise<string | undefined> => (await versions.read(scope, [])).scopes.get('app')?.version;

describe('versions of a scope that are all at hand', () => {
  it('are put together once', async () => {
    expect(await versionNow()).toBe('one');
    const known = versions.begin(scope, []);
    expect(known.asked).toEqual([]);
    expect(versions.begin(scope, [])).toBe(known);
    expect(known.found([])).toBe(known.found([]));
  });

  it('are not the same any more when one has changed', async () => {
    await versionNow();
    await versionNow();
    await backend.set('app:s:{%}', encodeScopeRecord({ version: 'two', patterns: { sequence: 0, items: [] } }));
    bus.push({ kind: 'keys', keys: ['app:s:{%}'] });
    await settle();
    expect(versions.begin(scope, []).asked).toEqual(['app:s:{%}']);
    expect(await versionNow()).toBe('two');
  });

  it('are asked for while nobody would say that one has changed', async () => {
    await versionNow();
    await versionNow();
    bus.drop();
    expect(versions.begin(scope, []).asked).not.toEqual([]);
  });
});
