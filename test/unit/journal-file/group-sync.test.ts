import { describe, expect, it } from '@jest/globals';

import { GroupSync } from '../../../lib/backends/journal/group-sync.js';

describe('GroupSync', () => {
  it('runs one sync at a time, and one more for all that asked meanwhile', async () => {
    const open: (() => void)[] = [];
    let atOnce = 0;
    let most = 0;
    const sync = new GroupSync(async () => {
      most = Math.max(most, ++atOnce);
      await new Promise<void>((resolve) => open.push(resolve));
      atOnce -= 1;
    });
    sync.request();
    for (let times = 0; times < 100; times += 1) sync.request();
    const settled = sync.settle();
    expect(open).toHaveLength(1);
    open[0]!();
    await new Promise((resolve) => void setImmediate(resolve));
    expect(open).toHaveLength(2);
    let isSettled = false;
    void settled.then(() => (isSettled = true));
    await new Promise((resolve) => void setImmediate(resolve));
    expect(isSettled).toBe(false);
    open[1]!();
    await settled;
    expect([open.length, most]).toEqual([2, 1]);
    sync.request();
    expect(open).toHaveLength(3);
    open[2]!();
    await sync.settle();
  });

  it('tells a failure once', async () => {
    let fails = true;
    const sync = new GroupSync(() => (fails ? Promise.reject(new Error('EIO')) : Promise.resolve()));
    sync.request();
    await sync.settle();
    fails = false;
    sync.request();
    await sync.settle();
    expect(() => sync.check()).toThrow('EIO');
    expect(() => sync.check()).not.toThrow();
  });
});
