import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { Redis } from 'ioredis';
import { closeRedis } from '../../lib/backends/redis/redis-client.js';
import { AclQuestions, risksOf } from '../../lib/backends/redis/security/acl-questions.js';
import { connectionFindings, connectionsOf } from '../../lib/backends/redis/security/connection-findings.js';
import type { CacheModuleOptions } from '../../lib/contracts/options.js';
import type { SecurityReport } from '../../lib/contracts/security.js';
import { MapBackend } from '../../lib/testing/map.backend.js';
import { documentedRules } from '../support/docs-acl.js';
import { everyStore } from '../support/every-store.js';
import { freePort, startRedis, type RunningRedis } from '../support/redis-server.js';
import { makeTlsFiles, tlsArguments, type TlsFiles } from '../support/tls-files.js';

const { makeCache, redis } = everyStore();

let admin: Redis;
beforeAll(() => {
  admin = new Redis(redis().url, { retryStrategy: () => null });
});
afterAll(() => closeRedis(admin));
afterEach(() => admin.call('ACL', 'DELUSER', 'someone'));

async function reportOf(options: CacheModuleOptions): Promise<SecurityReport> {
  const cache = await makeCache({ namespace: 'shop', ...options });
  return cache.checkSecurity();
}

const brief = ({ findings }: SecurityReport): string[] => findings.map(({ level, code }) => `${level} ${code}`);

async function as(...rules: string[]): Promise<SecurityReport> {
  await admin.call('ACL', 'SETUSER', 'someone', 'reset', ...rules);
  return reportOf({ redis: { host: '127.0.0.1', port: redis().port, username: 'someone', password: 'secret' } });
}

const MAY_ASK = ['+acl|whoami', '+acl|getuser', '+acl|dryrun'];

describe('checkSecurity', () => {
  it('finds nothing about the documented user, and asks in vain for what it may not ask', async () => {
    expect(await as(...documentedRules(), ...MAY_ASK)).toEqual({ backend: 'tiered', findings: [] });
    const report = await as(...documentedRules());
    expect(brief(report)).toEqual(['warning unchecked', 'warning unchecked']);
    expect(report.findings.map(({ remedy }) => remedy).join(' ')).toMatch(/\+acl\|getuser.*\+acl\|dryrun/);
  });

  it('finds the default user, who needs no password and may do everything', async () => {
    const report = await reportOf({ redis: { url: redis().url } });
    expect(brief(report)).toEqual([
      'warning default-user',
      'warning no-password',
      'warning dangerous-permission',
      'warning all-keys',
    ]);
    const [risk] = report.findings.filter(({ code }) => code === 'dangerous-permission');
    for (const command of ['FLUSHALL', 'FLUSHDB', 'KEYS', 'CONFIG', 'DEBUG', 'SHUTDOWN', 'SCRIPT FLUSH', 'ACL']) {
      expect(risk!.what).toContain(command);
    }
  });

  it('finds a user whom any password lets in', async () => {
    const rules = documentedRules().filter((rule) => !rule.startsWith('>'));
    expect(brief(await as(...rules, 'nopass', ...MAY_ASK))).toEqual(['warning no-password']);
  });

  it('names the commands that are too many', async () => {
    const report = await as(...documentedRules(), ...MAY_ASK, '+flushdb', '+config|get', '+script|flush');
    expect(brief(report)).toEqual(['warning dangerous-permission']);
    expect(report.findings[0]!.what).toBe(
      'The user may run FLUSHDB, CONFIG GET, SCRIPT FLUSH, which a cache never needs.',
    );
    expect(brief(await as(...documentedRules(), ...MAY_ASK, '~*'))).toEqual(['warning all-keys']);
  });

  it('reads the rules of the user where the server cannot try them', async () => {
    const rules = [...documentedRules(), '+acl|whoami', '+acl|getuser'];
    expect(brief(await as(...rules))).toEqual([]);
    expect(brief(await as(...rules, '+flushall', '~*'))).toEqual(['warning dangerous-permission', 'warning all-keys']);
  });

  it('reads the rules of any user as the server does', async () => {
    const questions = new AclQuestions((command, ...args) => admin.callBuffer(command, ...args));
    const names = ['@all', '@dangerous', '@admin', '@keyspace', '@write', '@read', '@scripting', '@slow', '@fast'];
    const commands = [
      'flushall',
      'keys',
      'config',
      'config|set',
      'config|get',
      'script|flush',
      'script',
      'eval',
      'acl',
      'debug',
    ];
    const rule = fc
      .tuple(fc.constantFrom('+', '-'), fc.constantFrom(...names, ...commands))
      .map((pair) => pair.join(''));
    const keys = fc.constantFrom('~*', '~shop:*', '%R~*', '%RW~*', 'resetkeys');
    const selector = fc.tuple(rule, keys).map((parts) => `(${parts.join(' ')})`);
    const user = fc.tuple(fc.array(rule, { maxLength: 6 }), keys, fc.option(selector, { nil: undefined }));
    await fc.assert(
      fc.asyncProperty(user, async ([rules, pattern, further]) => {
        await admin.call('ACL', 'SETUSER', 'someone', 'reset', 'on', pattern, ...rules, ...(further ? [further] : []));
        const read = risksOf((await questions.describe('someone'))!);
        expect(read).toEqual(await questions.dryRun('someone'));
      }),
      { numRuns: 150 },
    );
  });

  it('changes nothing, and sends only questions', async () => {
    await admin.call('ACL', 'SETUSER', 'someone', 'reset', 'on', '>secret', '~*', '&*', '+@all');
    const cache = await makeCache({
      backend: 'redis',
      redis: { host: '127.0.0.1', port: redis().port, username: 'someone', password: 'secret', coherence: 'none' },
    });
    await cache.set('key', 'value');
    const state = async (): Promise<unknown> => [
      await admin.dbsize(),
      await admin.call('ACL', 'LIST'),
      await admin.config('GET', '*'),
      await admin.script('EXISTS', '0'.repeat(40)),
    ];
    const before = await state();
    await admin.config('RESETSTAT');
    await cache.checkSecurity();
    const sent = Array.from((await admin.info('commandstats')).matchAll(/cmdstat_([^:]+):/g), ([, name]) => name);
    expect(new Set(sent.filter((name) => name !== 'config|resetstat'))).toEqual(
      new Set(['acl|dryrun', 'acl|getuser', 'acl|whoami']),
    );
    expect(await state()).toEqual(before);
    expect(await cache.get('key')).toBe('value');
  });

  it('says so when the server is away, freezes or wants a password', async () => {
    const away = await reportOf({ redis: { host: '127.0.0.1', port: await freePort() } });
    expect(brief(away)).toEqual(['warning unchecked']);
    expect(away.findings[0]!.what).toMatch(
      /could not be asked about the user: Redis is not connected \(.*ECONNREFUSED/,
    );
    const own = await startRedis({ args: ['--requirepass', 'S3CRET'] });
    try {
      const refused = await reportOf({ redis: { url: own.url } });
      expect(brief(refused)).toEqual(['warning unchecked']);
      expect(refused.findings[0]!.what).toContain('NOAUTH');
      const cache = await makeCache({ redis: { url: own.url.replace('//', '//:S3CRET@') } });
      expect(await cache.set('key', 'value')).toBe(true);
      await own.pause();
      const frozen = await cache.checkSecurity();
      expect(brief(frozen)).toEqual(['warning unchecked']);
      expect(frozen.findings[0]!.what).toMatch(/could not be asked/);
      expect(JSON.stringify(frozen)).not.toContain('S3CRET');
    } finally {
      await own.stop();
    }
  });

  it('has nothing to say of what is in the process, and says so of a backend that it does not know', async () => {
    expect(await reportOf({})).toEqual({ backend: 'memory', findings: [] });
    expect(await reportOf({ backend: 'null' })).toEqual({ backend: 'null', findings: [] });
    expect(await reportOf({ enabled: false, redis: { host: 'redis.example' } })).toEqual({
      backend: 'null',
      findings: [],
    });
    expect(brief(await reportOf({ backend: new MapBackend() }))).toEqual(['warning unchecked']);
  });

  it('asks a backend of the application, whatever it answers', async () => {
    const finding = { level: 'danger', code: 'no-password', what: 'It is open.', remedy: 'Close it.' } as const;
    class Checked extends MapBackend {
      constructor(private readonly answer: () => Promise<(typeof finding)[]>) {
        super();
      }
      override checkSecurity(): Promise<(typeof finding)[]> {
        return this.answer();
      }
    }
    expect((await reportOf({ backend: new Checked(async () => [finding]) })).findings).toEqual([finding]);
    const failing = await reportOf({
      backend: new Checked(() => Promise.reject(new Error('at redis://me:S3CRET@host'))),
    });
    expect(brief(failing)).toEqual(['warning unchecked']);
    expect(JSON.stringify(failing)).not.toContain('S3CRET');
  });
});

describe('the connection', () => {
  const codes = (options: object, stream?: object, status = 'ready'): string[] =>
    connectionFindings({ options, stream, status } as never).map(({ level, code }) => `${level} ${code}`);

  it.each([
    ['127.0.0.1', []],
    ['127.8.9.10', []],
    ['localhost', []],
    ['LOCALHOST.', []],
    ['redis.localhost', []],
    ['::1', []],
    ['::ffff:127.0.0.1', []],
    ['10.0.0.1', ['danger plaintext-remote']],
    ['redis', ['danger plaintext-remote']],
    ['127.example.com', ['danger plaintext-remote']],
    ['localhost.example.com', ['danger plaintext-remote']],
    ['fe80::1', ['danger plaintext-remote']],
  ])('in plain text to %s: %j', (host, expected) => {
    expect(codes({ host }, undefined, 'reconnecting')).toEqual(expected);
  });

  it('of a cluster is that to each of its servers, and of sentinels that to any', () => {
    const node = (host: string): unknown => ({ status: 'ready', options: { host } });
    const cluster = { status: 'ready', isCluster: true, nodes: () => [node('127.0.0.1'), node('10.0.0.1')] };
    const found = connectionsOf(cluster as never).flatMap(connectionFindings);
    expect(found.map(({ code, what }) => [code, what.includes('10.0.0.1')])).toEqual([['plaintext-remote', true]]);
    const sentinels = [{ host: '127.0.0.1' }, { host: 'sentinel' }];
    expect(codes({ host: 'localhost', sentinels }, undefined, 'wait')).toEqual(['danger plaintext-remote']);
    expect(codes({ sentinels, tls: {} }, undefined, 'wait')).toEqual(['danger plaintext-remote']);
    expect(codes({ sentinels, tls: {}, enableTLSForSentinelMode: true }, undefined, 'wait')).toEqual([]);
  });

  it('is known by its socket where there is one', () => {
    expect(codes({ host: 'cache' }, { remoteAddress: '127.0.0.1' })).toEqual([]);
    expect(codes({ host: 'localhost' }, { remoteAddress: '10.0.0.1' })).toEqual(['danger plaintext-remote']);
    expect(codes({ path: '/run/redis.sock', host: 'localhost' }, {})).toEqual([]);
    // Options that did not come to anything.
    expect(codes({ host: '10.0.0.1', tls: {} }, { remoteAddress: '10.0.0.1' })).toEqual(['danger plaintext-remote']);
    expect(codes({ host: '10.0.0.1', tls: {} }, { remoteAddress: '10.0.0.1', encrypted: true })).toEqual([]);
  });

  it.each([
    [{}, []],
    [{ minVersion: 'TLSv1.2' }, []],
    [{ minVersion: 'TLSv1.3' }, []],
    [{ minVersion: 'TLSv1' }, ['warning weak-tls']],
    [{ minVersion: 'TLSv1.1' }, ['warning weak-tls']],
    [{ secureProtocol: 'TLSv1_method' }, ['warning weak-tls']],
    [{ rejectUnauthorized: true }, []],
    [{ rejectUnauthorized: false }, ['danger unverified-certificate']],
    [{ checkServerIdentity: () => undefined }, ['warning custom-identity-check']],
  ])('with TLS options %j: %j', (tls, expected) => {
    expect(codes({ host: 'redis', tls }, undefined, 'reconnecting')).toEqual(expected);
  });

  it('of a client that was handed in is as the environment has it', () => {
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    try {
      expect(codes({ host: 'redis', tls: {} }, undefined, 'wait')).toEqual(['danger unverified-certificate']);
      expect(codes({ host: 'redis', tls: { rejectUnauthorized: true } }, undefined, 'wait')).toEqual([]);
    } finally {
      delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    }
  });
});

describe('over TLS', () => {
  let files: TlsFiles;
  let server: RunningRedis;
  let port: number;
  beforeAll(async () => {
    files = await makeTlsFiles();
    port = await freePort();
    server = await startRedis({ args: tlsArguments(port, files, files.server) });
  });
  afterAll(async () => {
    await server.stop();
    await files.remove();
  });

  it('finds out whether the certificate is verified', async () => {
    const codes = async (tls: Record<string, unknown>): Promise<string[]> =>
      (await reportOf({ redis: { host: 'localhost', port, tls } })).findings.map(({ code }) => code);
    const ofUser = ['default-user', 'no-password', 'dangerous-permission', 'all-keys'];
    expect(await codes({ ca: files.ca.cert })).toEqual(ofUser);
    expect(await codes({ rejectUnauthorized: false })).toEqual(['unverified-certificate', ...ofUser]);
    expect(await codes({ ca: files.ca.cert, checkServerIdentity: () => undefined })).toEqual([
      'custom-identity-check',
      ...ofUser,
    ]);
  });
});
