import { backendConformance } from '../../lib/testing/backend-conformance.js';
import { FakeClock } from '../../lib/testing/fake-clock.js';
import { FlakyBackend } from '../../lib/testing/flaky.backend.js';

const clock = new FakeClock();
const advance = (ms: number): Promise<void> => clock.advance(ms);

backendConformance(() => new FlakyBackend({ clock }), {
  name: 'FlakyBackend without a script',
  advance,
  capabilities: ['scan', 'getMany', 'setMany', 'deleteMany', 'touch', 'patch'],
  unavailable: async (backend) => {
    (backend as FlakyBackend).fail('all');
  },
});

backendConformance(() => new FlakyBackend({ clock, capabilities: [] }), {
  name: 'FlakyBackend of three methods',
  advance,
  unavailable: async (backend) => {
    (backend as FlakyBackend).fail('all');
  },
});
