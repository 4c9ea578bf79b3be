import { describe, expect, it } from '@jest/globals';
import { Test } from '@nestjs/testing';
import { Keyv } from 'keyv';
import { CacheManager } from 'nestjs-cached';
import { AppModule } from './app.module.js';
import { pagesOver } from './pages.cache.js';
import { SessionsModule } from './sessions.module.js';
import { store } from './store.js';

describe('docs/keyv.md', () => {
  it('the cache as a store: a Keyv to inject, and cache-manager over the same cache', async () => {
    const module = await Test.createTestingModule({ imports: [SessionsModule] }).compile();
    await module.init();
    const sessions = module.get<Keyv<{ user: string }>>(Keyv);
    const cache = module.get(CacheManager);
    await sessions.set('s1', { user: 'ada' });
    expect(await sessions.get('s1')).toEqual({ user: 'ada' });
    expect(await cache.forNamespace('keyv.sessions').has('sessions:s1')).toBe(true);
    const pages = pagesOver(cache);
    expect(await pages.wrap('home', () => '<h1>')).toBe('<h1>');
    await sessions.clear();
    expect(await sessions.has('s1')).toBe(false);
    expect(await pages.get('home')).toBe('<h1>');
    await module.close();
  });

  it('a store of Keyv as the backend', async () => {
    const module = await Test.createTestingModule({ imports: [AppModule] }).compile();
    await module.init();
    const cache = module.get(CacheManager);
    const value = { at: new Date(0), tags: new Set(['a']) };
    expect(await cache.getOrSet('k', () => value)).toEqual(value);
    expect(await cache.get('k')).toEqual(value);
    expect([...store.keys()]).toContain('cache:shop|v|{k}');
    await module.close();
  });
});
