import { expect } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import type { MortalServer } from '../../history/mortal-server.js';
import { checks } from './checks.js';
import { endure, type Ordeal } from './ordeal.js';
import type { Scene } from './scene.js';

checks('frozen', () =>
  endure('frozen', {
    begin: ({ server }) => server.freeze(),
    // Long enough that connections are reset on which nothing is answered.
    midst: 1_000,
    end: ({ server }) => server.thaw(),
    answers: 'queued',
    reason: /longer than 100 ms/,
    keeps: true,
  }),
);

checks('paused', () =>
  endure('paused', {
    begin: ({ server }) => server.command('CLIENT', 'PAUSE', '1500', 'ALL'),
    end: () => delay(1_000),
    answers: 'queued',
    reason: /longer than 100 ms/,
    keeps: true,
  }),
);

checks('killed-empty', () =>
  endure('killed-empty', {
    begin: ({ server }) => server.kill('nothing'),
    end: ({ server }) => server.restart(),
    answers: 'queued',
    reason: /ECONNREFUSED/i,
    keeps: false,
  }),
);

checks('killed-same', async () => {
  const killed = {
    begin: ({ server }: Scene) => server.kill('everything'),
    end: ({ server }: Scene) => server.restart(),
    answers: 'queued',
  } as const;
  await endure('killed-same', { ...killed, keeps: false });
  await endure('killed-same', { ...killed, redis: { onServerChange: 'trust' }, keeps: true });
});

/** Deletes that had answered `true` are in nobody's journal: only the server could know of them, and it has forgotten. */
checks('killed-old', async () => {
  const killed = (served: unknown): Omit<Ordeal, 'keeps'> => ({
    async before({ server }, cache) {
      expect(await cache.set('before', 'old')).toBe(true);
      await server.remember();
      expect(await cache.delete('before')).toBe(true);
    },
    begin: ({ server }) => server.kill('what it was told to remember'),
    end: ({ server }) => server.restart(),
    answers: 'queued',
    async after(scene, caches) {
      // What must not be served must not be served once; what may be is, unless a busy machine makes the look too late.
      if (served === undefined) for (const cache of caches) expect(await cache.get('before')).toBeUndefined();
      else for (const cache of caches) await scene.eventually(async () => (await cache.get('before')) === served);
    },
  });
  await endure('killed-old', { ...killed(undefined), keeps: false });
  await endure('killed-old', { ...killed('old'), redis: { onServerChange: 'trust' }, keeps: true });
});

checks('loading', () => {
  const KEYS = 400;
  let restarted: Promise<void> | undefined;
  return endure('loading', {
    // Microseconds a key, so that loading takes a second and a half.
    args: ['--key-load-delay', '4000', '--loading-process-events-interval-bytes', '1024'],
    before: (_, cache) => cache.setMany(Array.from({ length: KEYS }, (__, at) => [`ballast${at}`, at])),
    async begin({ server }) {
      await server.kill('everything');
      restarted = server.restart();
      await untilLoading(server);
    },
    during: ({ server }) => expect(server.command('GET', 'x')).rejects.toThrow(/LOADING/),
    end: () => restarted,
    answers: 'queued',
    reason: /longer than 100 ms/,
    keeps: false,
  });
});

async function untilLoading(server: MortalServer): Promise<void> {
  const deadline = performance.now() + 5_000;
  for (;;) {
    const answer = await server.command('GET', 'x').catch(String);
    if (/LOADING/.test(String(answer))) return;
    if (performance.now() > deadline) throw new Error(`It does not load: ${String(answer)}`);
    await delay(5);
  }
}

checks('full', () =>
  endure('full', {
    begin: ({ server }) => server.command('CONFIG', 'SET', 'maxmemory', '1'),
    end: ({ server }) => server.command('CONFIG', 'SET', 'maxmemory', '0'),
    answers: 'done',
    reason: /full/,
    keeps: true,
  }),
);

checks('read-only', () =>
  endure('read-only', {
    begin: ({ server }) => server.readOnly(),
    end: ({ server }) => server.writable(),
    answers: 'queued',
    reason: /READONLY/,
    keeps: true,
  }),
);

const killConnections = async (server: MortalServer): Promise<void> => {
  for (const type of ['normal', 'pubsub']) await server.command('CLIENT', 'KILL', 'TYPE', type, 'SKIPME', 'yes');
};

checks('noauth', () =>
  endure('noauth', {
    async begin({ server }) {
      await server.command('CONFIG', 'SET', 'requirepass', 'secret');
      await killConnections(server);
    },
    end: ({ server }) => server.command('CONFIG', 'SET', 'requirepass', ''),
    answers: 'queued',
    reason: /NOAUTH/,
    keeps: true,
  }),
);

checks('wrongpass', () =>
  endure('wrongpass', {
    args: ['--user', 'app', 'on', '>right', '~*', '&*', '+@all'],
    redis: { username: 'app', password: 'right' },
    async begin({ server }) {
      await server.command('ACL', 'SETUSER', 'app', 'resetpass', '>changed');
      await killConnections(server);
    },
    end: ({ server }) => server.command('ACL', 'SETUSER', 'app', 'resetpass', '>right'),
    answers: 'queued',
    reason: /WRONGPASS/,
    keeps: true,
  }),
);

checks('noperm', async () => {
  // All of them; or some, and what needs others goes well.
  for (const rights of ['-@all', '-@read', '-@write', '-@scripting']) {
    await endure('noperm', {
      begin: ({ server }) => server.command('ACL', 'SETUSER', 'default', rights),
      end: ({ server }) => server.command('ACL', 'SETUSER', 'default', '+@all'),
      answers: 'queued',
      reason: /NOPERM|can't run this command/,
      keeps: true,
    });
  }
});
