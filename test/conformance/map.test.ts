import { afterEach, beforeEach, describe, it } from '@jest/globals';
import { backendConformance } from '../../lib/testing/backend-conformance.js';
import { CapableMapBackend } from '../../lib/testing/capable-map.backend.js';
import { FakeClock } from '../../lib/testing/fake-clock.js';
import { MapBackend } from '../../lib/testing/map.backend.js';

const clock = new FakeClock();
const advance = (ms: number): Promise<void> => clock.advance(ms);

backendConformance(() => new MapBackend(clock), { name: 'MapBackend', advance });

backendConformance(() => new CapableMapBackend(clock), {
  name: 'CapableMapBackend',
  advance,
  capabilities: ['scan', 'getMany', 'setMany', 'deleteMany', 'touch', 'patch'],
  runner: { describe, it, beforeEach, afterEach },
});
