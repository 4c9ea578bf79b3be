import assert from 'node:assert/strict';
import type { CacheBackend } from '../../contracts/backend.js';
import { bytesOf } from './bytes.js';
import type { Outcome, Subject } from './subject.js';

/** What a closed backend can no longer clear up goes away by itself. */
const MINUTE = 60_000;

/** It answers, it closes, and when its server is away it says so instead of hanging. */
export function lifecycleChecks(subject: Subject): void {
  const { it } = subject;

  it('name: is not empty', async () => {
    assert.ok(subject.backend.name.length > 0);
  });

  it('ping: resolves when the store answers', async () => {
    await subject.backend.ping();
  });

  it('close: resolves, also the second time and at once', async () => {
    const { backend } = subject;
    await backend.set(subject.key('value'), bytesOf('value'), MINUTE);
    assert.deepEqual(
      await Promise.all([subject.settled(() => backend.close()), subject.settled(() => backend.close())]),
      ['resolved', 'resolved'],
    );
    assert.equal(await subject.settled(() => backend.close()), 'resolved', 'the third time');
  });

  it('close: resolves on a backend that was never used', async () => {
    assert.equal(await subject.settled(() => subject.backend.close()), 'resolved');
  });

  const { unavailable } = subject.options;
  if (!unavailable) return;

  it('after close: no operation hangs', async () => {
    const { backend } = subject;
    await backend.close();
    await settleAll(subject, backend, (outcome, operation) =>
      assert.notEqual(outcome, 'hanging', `${operation} hangs after close`),
    );
  });

  it('server away: every operation rejects rather than hangs, and close resolves', async () => {
    const { backend } = subject;
    await backend.set(subject.key('value'), bytesOf('value'), MINUTE);
    const back = await unavailable(backend);
    try {
      await settleAll(subject, backend, (outcome, operation) =>
        assert.equal(outcome, 'rejected', `${operation} while the server is away`),
      );
      assert.equal(await subject.settled(() => backend.close()), 'resolved', 'close while the server is away');
    } finally {
      await back?.();
    }
  });

  it('server away: a backend that was never used rejects rather than hangs', async () => {
    const { backend } = subject;
    const key = subject.key('value');
    const back = await unavailable(backend);
    try {
      const works = [() => backend.get(key), () => backend.set(key, bytesOf('value'), MINUTE)];
      const outcomes = await Promise.all(works.map((work) => subject.settled(work)));
      assert.deepEqual(outcomes, ['rejected', 'rejected'], 'get, set');
    } finally {
      await back?.();
    }
  });
}

type Verdict = (outcome: Outcome, operation: string) => void;

async function settleAll(subject: Subject, backend: CacheBackend, judge: Verdict): Promise<void> {
  const key = subject.key('value');
  const bytes = bytesOf('value');
  const operations: Record<string, (() => Promise<unknown>) | undefined> = {
    get: () => backend.get(key),
    set: () => backend.set(key, bytes, MINUTE),
    delete: () => backend.delete(key),
    exists: () => backend.exists(key),
    ping: () => backend.ping(),
    scan: backend.scan && (() => firstOf(backend.scan!(key))),
    getMany: backend.getMany && (() => backend.getMany!([key])),
    setMany: backend.setMany && (() => backend.setMany!([{ key, value: bytes, ttlMs: MINUTE }])),
    deleteMany: backend.deleteMany && (() => backend.deleteMany!([key])),
    touch: backend.touch && (() => backend.touch!(key, MINUTE)),
    patch: backend.patch && (() => backend.patch!(key, 0, bytes, bytes)),
  };
  const running = Object.entries(operations).flatMap(([operation, run]) =>
    // At once, so that together they take no longer than the slowest.
    run ? [subject.settled(run).then((outcome) => judge(outcome, operation))] : [],
  );
  await Promise.all(running);
}

async function firstOf(keys: AsyncIterable<string>): Promise<string | undefined> {
  for await (const key of keys) return key;
  return undefined;
}
