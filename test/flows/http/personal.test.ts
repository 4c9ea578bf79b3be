import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { HttpApp, PLATFORMS } from './support/app.js';
import { count, PersonalController, type Request } from './support/personal.controller.js';

beforeEach(() => void (count.runs = 0));

describe.each(PLATFORMS)('whose response it is, on %s', (platform) => {
  let app: HttpApp;
  beforeEach(async () => void (app = await HttpApp.start({ platform, controllers: [PersonalController] })));
  afterEach(() => app.close());

  it.each([
    ['authorization', 'Bearer ann', 'Bearer bob'],
    ['cookie', 'session=ann', 'session=bob'],
    ['x-api-key', 'ann', 'bob'],
    ['x-badge', 'ann', 'bob'],
  ])('two users by %s get their own answers, and nobody gets theirs', async (header, ann, bob) => {
    for (const user of [ann, bob, ann, bob]) {
      const answer = await app.get('/me', { [header]: user });
      expect(JSON.parse(answer.text)).toMatchObject({ who: user });
      expect(answer.xCache).toBeNull();
    }
    const nobody = await app.get('/me');
    expect([JSON.parse(nobody.text), nobody.xCache]).toEqual([{ who: 'nobody', run: 5 }, 'MISS']);
    expect(JSON.parse((await app.get('/me', { [header]: ann })).text)).toMatchObject({ who: ann });
    expect((await app.get('/me')).xCache).toBe('HIT');
  });

  it('varyBy by names caches for each of them, and not for credentials it does not name', async () => {
    const get = (headers: Record<string, string>): Promise<unknown> =>
      app.get('/by-header', headers).then(({ text, xCache }) => ({ ...(JSON.parse(text) as object), xCache }));
    for (const user of ['ann', 'bob']) {
      expect(await get({ authorization: user })).toMatchObject({ who: user, xCache: 'MISS' });
      expect(await get({ authorization: user, 'x-tenant': '' })).toMatchObject({
        who: user,
        tenant: '',
        xCache: 'MISS',
      });
      expect(await get({ authorization: user })).toMatchObject({ who: user, xCache: 'HIT' });
    }
    expect(await get({ authorization: 'ann', cookie: 'a=1' })).toMatchObject({ xCache: null });
    expect(await get({ 'x-badge': 'ann' })).toMatchObject({ who: 'ann', xCache: null });
    expect(await get({ 'x-badge': 'ann', authorization: 'ann' })).toMatchObject({ xCache: 'HIT' });
  });

  it('a varyBy function is trusted as long as it says something', async () => {
    const get = (headers: Record<string, string>): Promise<unknown> =>
      app.get('/by-user', headers).then(({ text, xCache }) => [(JSON.parse(text) as { who: string }).who, xCache]);
    expect(await get({ 'x-badge': 'ann' })).toEqual(['ann', 'MISS']);
    expect(await get({ 'x-badge': 'bob' })).toEqual(['bob', 'MISS']);
    expect(await get({ 'x-badge': 'ann' })).toEqual(['ann', 'HIT']);
    expect(await get({ authorization: 'eve' })).toEqual(['eve', null]);
    expect(await get({})).toEqual(['nobody', 'MISS']);
    expect(await get({})).toEqual(['nobody', 'HIT']);
  });

  it('a key is the whole key, can be named, and is none for whom it says nothing', async () => {
    expect((await app.get('/by-key', { 'x-badge': 'ann', authorization: 'a' })).xCache).toBe('MISS');
    expect((await app.get('/by-key?page=2', { 'x-badge': 'ann' })).xCache).toBe('HIT');
    expect(await app.cache.has('http:profile:ann')).toBe(true);
    await app.cache.delete('http:profile:ann');
    expect((await app.get('/by-key', { 'x-badge': 'ann' })).xCache).toBe('MISS');
    expect((await app.get('/by-key')).xCache).toBeNull();
  });

  it('guards have their say on a hit too', async () => {
    await app.get('/by-key', { 'x-badge': 'ann' });
    expect((await app.get('/by-key', { 'x-badge': 'refused' })).status).toBe(403);
  });

  it('what the handler is given has to be named: @Headers, @Ip', async () => {
    expect((await app.get('/language', { 'accept-language': 'fr' })).text).toContain('"fr"');
    expect((await app.get('/language', { 'accept-language': 'de' })).text).toContain('"de"');
    expect((await app.get('/language', { 'accept-language': 'fr' })).xCache).toBe('HIT');
    for (const path of ['/undeclared', '/ip']) for (const _ of [1, 2]) expect((await app.get(path)).xCache).toBeNull();
    expect(app.lines).toEqual([
      "PersonalController.undeclared has @CacheResponse and is not cached: it takes @Headers('x-tenant'), which varyBy does not name.",
    ]);
  });

  it.each(['login', 'cookie', 'private', 'static-private', 'varied', 'varied-static', 'varied-any'])(
    'never stores %s',
    async (path) => {
      await app.get(`/${path}`);
      const second = await app.get(`/${path}`, { 'accept-language': 'de' });
      expect(second.xCache).not.toBe('HIT');
      expect(count.runs).toBe(2);
      if (path === 'cookie') expect(second.headers.get('set-cookie')).toBe('visit=2');
    },
  );

  it('stores what varies by a header that varyBy names, and says so again', async () => {
    await app.get('/varied-named', { 'accept-language': 'de' });
    const hit = await app.get('/varied-named', { 'accept-language': 'de' });
    expect([hit.xCache, hit.headers.get('vary')?.toLowerCase()]).toEqual(['HIT', 'accept-language']);
    expect((await app.get('/varied-named', { 'accept-language': 'fr' })).text).toContain('"fr"');
  });
});

describe.each(PLATFORMS)('headers of middleware on %s', (platform) => {
  it('are not the handler’s: CORS varies by Origin, every request gets its own', async () => {
    const app = await HttpApp.start({
      platform,
      controllers: [PersonalController],
      prepare: (nest) => nest.enableCors({ origin: ['http://a.test', 'http://b.test'], credentials: true }),
    });
    try {
      const first = await app.get('/varied-named', { origin: 'http://a.test' });
      const second = await app.get('/varied-named', { origin: 'http://b.test' });
      expect([first.xCache, second.xCache]).toEqual(['MISS', 'HIT']);
      expect(second.headers.get('access-control-allow-origin')).toBe('http://b.test');
      expect(second.headers.get('vary')?.toLowerCase()).toBe('origin, accept-language');
      expect((await app.get('/open', { origin: 'http://a.test' })).xCache).toBe('MISS');
      const hit = await app.get('/open', { origin: 'http://b.test' });
      expect([hit.xCache, hit.headers.get('vary')]).toEqual(['HIT', 'Origin']);
    } finally {
      await app.close();
    }
  });

  it('that set a cookie or forbid storing keep the whole request out', async () => {
    const app = await HttpApp.start({
      platform,
      controllers: [PersonalController],
      prepare: (nest) =>
        void nest.use(
          (request: Request, response: { setHeader(name: string, value: string): void }, next: () => void) => {
            if (request.url.includes('cookie')) response.setHeader('Set-Cookie', 'visitor=1');
            if (request.url.includes('closed')) response.setHeader('Cache-Control', 'no-store');
            next();
          },
        ),
    });
    try {
      for (const path of ['/open?cookie', '/open?closed'])
        for (const _ of [1, 2]) expect((await app.get(path)).xCache).toBeNull();
      expect(count.runs).toBe(4);
    } finally {
      await app.close();
    }
  });
});
