import { describe, expect, it } from '@jest/globals';
import { PoolClosedError, ResourcePool } from '../../../sample-app/src/support/resource-pool.js';

function numbered(size: number): { pool: ResourcePool<number>; opened: number[]; closed: number[] } {
  const opened: number[] = [];
  const closed: number[] = [];
  const pool = new ResourcePool<number>(size, {
    open: () => Promise.resolve(opened.push(opened.length + 1)),
    close: (resource) => Promise.resolve(void closed.push(resource)),
  });
  return { pool, opened, closed };
}

describe('a pool of resources', () => {
  it('opens what is needed, keeps it, and never lends one twice at a time', async () => {
    const { pool, opened } = numbered(2);
    const lent = new Set<number>();
    let most = 0;
    const job = (resource: number): Promise<void> => {
      expect(lent.has(resource)).toBe(false);
      lent.add(resource);
      most = Math.max(most, lent.size);
      return new Promise((resolve) => {
        setImmediate(() => {
          lent.delete(resource);
          resolve();
        });
      });
    };
    await Promise.all(Array.from({ length: 20 }, () => pool.use(job)));
    expect({ opened, most }).toEqual({ opened: [1, 2], most: 2 });
  });

  it('discards a resource whose job failed', async () => {
    const { pool, closed } = numbered(1);
    await expect(pool.use(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    expect(closed).toEqual([1]);
    expect(await pool.use((resource) => Promise.resolve(resource))).toBe(2);
  });

  it('passes on a failure to open, and tries again next time', async () => {
    let attempts = 0;
    const pool = new ResourcePool<string>(1, {
      open: () => (++attempts === 1 ? Promise.reject(new Error('no room')) : Promise.resolve('open')),
      close: () => Promise.resolve(),
    });
    await expect(pool.use((resource) => Promise.resolve(resource))).rejects.toThrow('no room');
    expect(await pool.use((resource) => Promise.resolve(resource))).toBe('open');
  });

  it('refuses those who wait when it is closed, and closes what is in use', async () => {
    const { pool, closed } = numbered(1);
    let finish = (): void => {};
    const running = pool.use(
      () =>
        new Promise<void>((resolve) => {
          finish = resolve;
        }),
    );
    const waiting = pool.use(() => Promise.resolve());
    await new Promise((resolve) => setImmediate(resolve));
    await pool.close();
    await expect(waiting).rejects.toThrow(PoolClosedError);
    expect(closed).toEqual([1]);
    finish();
    await running;
    await expect(pool.use(() => Promise.resolve())).rejects.toThrow(PoolClosedError);
  });
});
