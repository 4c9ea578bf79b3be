const FORM = 'redis://[user:password@]host[:port][/db], or rediss:// for TLS';
const ESCAPES = 'In a user name or password write % # / ? @ : as %25 %23 %2F %3F %40 %3A.';
/** Each of them with an `s` is the same over TLS. */
const PROTOCOLS = ['redis', 'valkey', 'dragonfly'] as const;
const SOCKETS = ['unix:', 'redis+unix:'];

/** What is wrong with the url of a Redis server. The text never holds any part of the url but its scheme. */
export function redisUrlFault(text: string): string | undefined {
  const url = tryParse(text);
  if (!url || text.trim() !== text) return `is not a url of the form ${FORM}. ${ESCAPES}`;
  if (SOCKETS.includes(url.protocol)) return socketFault(url);
  if (!PROTOCOLS.some((name) => url.protocol === `${name}:` || url.protocol === `${name}s:`)) {
    const schemes = [...PROTOCOLS.flatMap((name) => [`${name}://`, `${name}s://`]), 'unix://'];
    return `must begin with one of ${schemes.join(', ')}; got ${url.protocol}`;
  }
  if (url.hostname === '') return `names no host. Use ${FORM}.`;
  if (url.hash !== '' || text.endsWith('#')) return `holds a #. ${ESCAPES}`;
  if (url.port === '0') return 'has the port 0.';
  if (!/^\/?\d{0,9}$/.test(url.pathname)) return `must end with the number of a database, such as /0. ${ESCAPES}`;
  if (!decodable(url.username, url.password)) return `has a % that begins no escape. ${ESCAPES}`;
  if (url.username !== '' && url.password === '')
    return 'names a user but no password. Without a user write redis://:password@host.';
  // ioredis takes any query parameter for an option, also those that would lift a limit of ours.
  for (const [name, value] of url.searchParams) {
    if (name !== 'family' || !['0', '4', '6'].includes(value))
      return 'has query parameters other than family=0, 4 or 6.';
  }
  return undefined;
}

function socketFault(url: URL): string | undefined {
  if (url.host !== '' || url.username !== '' || url.search !== '' || url.hash !== '') {
    return 'of a Unix socket is its path alone, such as unix:///run/redis.sock; credentials and the database stand beside it.';
  }
  if (url.pathname.length < 2) return 'names no socket. Use unix:///run/redis.sock.';
  return decodable(url.pathname) ? undefined : 'has a % that begins no escape.';
}

/** The path of the socket that a url names; `undefined` for a url of a host. Of what `redisUrlFault` finds nothing wrong with. */
export function socketPathOf(text: string): string | undefined {
  const url = new URL(text);
  return SOCKETS.includes(url.protocol) ? decodeURIComponent(url.pathname) : undefined;
}

/** The same url in the scheme that every client knows. */
export function plainRedisUrl(text: string): string {
  return text.replace(/^(?:redis|valkey|dragonfly)(s?):/i, (_scheme, s: string) => `redis${s.toLowerCase()}:`);
}

export function isDragonflyUrl(text: string): boolean {
  return /^dragonflys?:/i.test(text);
}

/** The parts of a url that `redisUrlFault` finds nothing wrong with. */
export interface RedisUrlParts {
  readonly host: string;
  readonly port: number;
  readonly db: number;
  readonly username: string;
  readonly password: string;
  readonly tls: boolean;
}

export function redisUrlParts(text: string): RedisUrlParts {
  const url = new URL(text);
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || 6379),
    db: Number(url.pathname.slice(1)),
    username: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    tls: /^(?:redis|valkey|dragonfly)s:$/.test(url.protocol),
  };
}

function tryParse(text: string): URL | undefined {
  return URL.canParse(text) && /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? new URL(text) : undefined;
}

function decodable(...texts: readonly string[]): boolean {
  try {
    for (const text of texts) decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
