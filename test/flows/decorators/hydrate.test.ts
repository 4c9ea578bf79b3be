import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Cached } from 'nestjs-cached';
import { App } from './support/app.js';

class User {
  constructor(readonly name: string) {}
}

let runs = 0;
let hydrated = 0;
let next: User | string | null | undefined;
let hydrate: (plain: unknown) => User;
beforeEach(() => {
  runs = hydrated = 0;
  next = new User('Ada');
  hydrate = (plain) => {
    hydrated++;
    return new User((plain as User).name);
  };
});
afterEach(() => App.closeAll());

@Injectable()
class Users {
  @Cached({ hydrate: (plain) => hydrate(plain), staleWhileRevalidate: '1m', ttl: '1m' })
  async find(_id: number): Promise<User | string | null | undefined> {
    runs++;
    return next;
  }
}

describe('hydrate', () => {
  it('makes instances of what the cache gives; whose call ran the method has its own', async () => {
    const users = (await App.start({ providers: [Users] })).get(Users);
    expect(await users.find(1)).toBe(next);
    expect(hydrated).toBe(0);
    const again = await users.find(1);
    expect(again).toBeInstanceOf(User);
    expect(again).toEqual(next);
    expect(again).not.toBe(next);
    expect([runs, hydrated]).toEqual([1, 1]);
  });

  it('makes one for each of those who came together', async () => {
    const users = (await App.start({ providers: [Users] })).get(Users);
    const answers = await Promise.all([users.find(1), users.find(1), users.find(1)]);
    expect(answers.every((user) => user instanceof User)).toBe(true);
    expect(new Set(answers).size).toBe(3);
    expect([runs, hydrated]).toEqual([1, 2]);
  });

  it('makes one of a stale value', async () => {
    const app = await App.start({ providers: [Users] });
    const users = app.get(Users);
    await users.find(1);
    await app.clock.advance(60_000);
    next = new User('Grace');
    const stale = await users.find(1);
    expect(stale).toBeInstanceOf(User);
    expect(stale).toEqual({ name: 'Ada' });
    await app.clock.settle();
    expect(await users.find(1)).toEqual({ name: 'Grace' });
  });

  it.each([null, undefined])('is not asked for %p', async (nothing) => {
    const users = (await App.start({ providers: [Users] })).get(Users);
    next = nothing;
    expect([await users.find(1), await users.find(1)]).toEqual([nothing, nothing]);
    expect([runs, hydrated]).toEqual([1, 0]);
  });

  it('that fails costs nobody the answer: the entry goes, and the method runs', async () => {
    const app = await App.start({ providers: [Users] });
    const users = app.get(Users);
    const errors = app.errors();
    await users.find(1);
    const works = hydrate;
    hydrate = () => {
      throw new TypeError('an older user');
    };
    expect(await users.find(1)).toBe(next);
    expect(runs).toBe(2);
    expect(errors).toEqual(['hydrate: TypeError: an older user']);
    expect(app.warnings).toEqual(['@Cached Users.find ran uncached: an older user.']);
    hydrate = works;
    expect(await users.find(1)).toBe(next);
    expect(await users.find(1)).toBeInstanceOf(User);
    expect(runs).toBe(3);
  });
});
