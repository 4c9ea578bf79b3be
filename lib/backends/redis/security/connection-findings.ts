import type { RedisClientLike } from '../../../contracts/options.js';
import type { SecurityFinding } from '../../../contracts/security.js';
import { isLoopback } from '../../../support/loopback.js';
import { finding } from './finding.js';

/** What an ioredis client tells of its connection. */
interface Connected {
  readonly options?: {
    readonly host?: string;
    readonly path?: string;
    readonly tls?: unknown;
    /** Where to ask for the server, which `host` does not name then. */
    readonly sentinels?: readonly { readonly host?: string }[];
    readonly enableTLSForSentinelMode?: boolean;
  };
  readonly stream?: {
    readonly encrypted?: boolean;
    readonly remoteAddress?: string;
    getProtocol?(): string | null;
  } | null;
  /** A client of a cluster has a connection to each of its servers. */
  nodes?(): readonly RedisClientLike[];
}

/** The connections of a client, each of which can be looked at. */
export function connectionsOf(client: RedisClientLike): readonly RedisClientLike[] {
  return connected(client).nodes?.() ?? [client];
}

/** What is weak about a connection, told by its options and its socket; nothing is sent. */
export function connectionFindings(client: RedisClientLike): SecurityFinding[] {
  const { tls } = connected(client).options ?? {};
  if (!isEncrypted(client)) return isRemote(client) ? [plaintext(client)] : [];
  return tlsFindings(typeof tls === 'object' && tls !== null ? tls : {}, connected(client).stream?.getProtocol?.());
}

/** Whether others can come between. A name that leads to this machine is known as such once it is connected. */
export function isRemote(client: RedisClientLike): boolean {
  const { options, stream } = connected(client);
  if (options?.path) return false;
  const address = stream?.remoteAddress;
  if (address !== undefined) return !isLoopback(address);
  const hosts = options?.sentinels?.map(({ host }) => host) ?? [options?.host];
  return hosts.some((host) => !isLoopback(host ?? 'localhost'));
}

function isEncrypted(client: RedisClientLike): boolean {
  const { options, stream } = connected(client);
  // Between two connections there is a socket that is gone, or none.
  if (client.status === 'ready' && stream) return stream.encrypted === true;
  // Of a client that asks sentinels, `tls` is that of the sentinels, unless it is told otherwise.
  return Boolean(options?.tls) && (options?.sentinels === undefined || options.enableTLSForSentinelMode === true);
}

function plaintext(client: RedisClientLike): SecurityFinding {
  const { options, stream } = connected(client);
  const where = stream?.remoteAddress ?? (options?.sentinels ? 'another machine' : options?.host);
  return finding(
    'danger',
    'plaintext-remote',
    `The connection to ${where} is not encrypted: keys, values and the password can be read and changed on the way.`,
    'Let the server listen with TLS (tls-port) and use rediss:// or redis.tls.',
  );
}

function tlsFindings(tls: object, protocol: string | null | undefined): SecurityFinding[] {
  const option = (name: string): unknown => Reflect.get(tls, name);
  const verifies = option('rejectUnauthorized') ?? process.env['NODE_TLS_REJECT_UNAUTHORIZED'] !== '0';
  const found: SecurityFinding[] = [];
  if (verifies === false) {
    found.push(
      finding(
        'danger',
        'unverified-certificate',
        'The certificate of the server is not verified: whoever comes between can answer in its place.',
        'Leave rejectUnauthorized out and name the authority that signed the certificate in redis.tls.ca.',
      ),
    );
  } else if (typeof option('checkServerIdentity') === 'function') {
    found.push(
      finding(
        'warning',
        'custom-identity-check',
        'A function of yours (checkServerIdentity) decides whether the certificate belongs to the server.',
        'Leave it out and set redis.tls.servername to the name that the certificate bears.',
      ),
    );
  }
  const versions = [option('minVersion'), option('secureProtocol'), option('maxVersion'), protocol];
  if (
    versions.some(
      (version) => typeof version === 'string' && /^(TLSv1(\.1)?|SSLv.*|TLSv1(_1)?_\w*method)$/.test(version),
    )
  ) {
    found.push(
      finding(
        'warning',
        'weak-tls',
        'TLS 1.0 or 1.1 is allowed, which RFC 8996 has withdrawn.',
        "Leave minVersion, maxVersion and secureProtocol out, or set minVersion to 'TLSv1.2'.",
      ),
    );
  }
  return found;
}

function connected(client: RedisClientLike): Connected {
  return client as RedisClientLike & Connected;
}
