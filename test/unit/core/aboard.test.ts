import { describe, expect, it } from '@jest/globals';
import { Aboard } from '../../../lib/core/aboard.js';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('Aboard', () => {
  it('tells what a loader calls from where, across awaits, and nobody else', async () => {
    const aboard = new Aboard<string>();
    const seen: (string | undefined)[] = [];
    const load = async (): Promise<void> => {
      seen.push(aboard.around);
      await turn();
      seen.push(aboard.around);
      await aboard.carry('inner', async () => void seen.push(aboard.around));
      seen.push(aboard.around);
    };
    const loading = aboard.carry('outer', load);
    seen.push(aboard.around);
    await loading;
    expect(seen).toEqual(['outer', undefined, 'outer', 'inner', 'outer']);
    expect(aboard.around).toBeUndefined();
  });

  it('stops looking when a turn has ended without a loader, and not while one runs', async () => {
    const aboard = new Aboard<string>();
    const { storage } = aboard as unknown as { storage: { enabled: boolean } };
    let end!: () => void;
    const first = aboard.carry('first', () => new Promise<void>((resolve) => (end = resolve)));
    await aboard.carry('second', async () => {});
    await turn();
    expect(storage.enabled).toBe(true);
    end();
    await first;
    expect(storage.enabled).toBe(true);
    await turn();
    await turn();
    expect(storage.enabled).toBe(false);
    await aboard.carry('third', async () => expect(aboard.around).toBe('third'));
  });

  it('goes on looking when another loader begins before the turn ends', async () => {
    const aboard = new Aboard<string>();
    await aboard.carry('first', async () => {});
    await aboard.carry('second', async () => {
      await turn();
      await turn();
      expect(aboard.around).toBe('second');
    });
  });
});
