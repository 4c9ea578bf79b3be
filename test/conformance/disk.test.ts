import { afterAll, beforeAll } from '@jest/globals';
import { openDisk } from '../../lib/backends/disk/open-disk.js';
import { backendConformance } from '../../lib/testing/backend-conformance.js';
import { FakeClock } from '../../lib/testing/fake-clock.js';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';

let clock = new FakeClock();
let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder.remove());

backendConformance(
  async () => {
    clock = new FakeClock(Date.now());
    const { backend } = await openDisk({
      directory: folder.path,
      maxBytes: 64 * 1_048_576,
      eviction: 'lru',
      now: () => clock.now(),
      upTime: () => clock.now(),
      onEvicted: () => {},
      onError: () => {},
    });
    return backend;
  },
  {
    name: 'the disk backend',
    advance: (ms) => clock.advance(ms),
    capabilities: ['scan', 'getMany', 'setMany', 'deleteMany', 'touch', 'patch'],
  },
);
