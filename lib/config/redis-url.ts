const FORM = 'redis://[user:password@]host[:port][/db], or rediss:// for TLS';
const ESCAPES = 'In a user name or password write % # / ? @ : as %25 %23 %2F %3F %40 %3A.';

/** What is wrong with the url of a Redis server. The text never holds any part of the url but its scheme. */
export function redisUrlFault(text: string): string | undefined {
  const url = tryParse(text);
  if (!url || text.trim() !== text) return `is not a url of the form ${FORM}. ${ESCAPES}`;
  if (url.protocol !== 'redis:' && url.protocol !== 'rediss:')
    return `must begin with redis:// or rediss://; got ${url.protocol}`;
  if (url.hostname === '') return `names no host. Use ${FORM}.`;
  if (url.hash !== '' || text.endsWith('#')) return `holds a #. ${ESCAPES}`;
  if (url.port === '0') return 'has the port 0.';
  if (!/^\/?\d{0,9}$/.test(url.pathname)) return `must end with the number of a database, such as /0. ${ESCAPES}`;
  if (!decodable(url)) return `has a % that begins no escape. ${ESCAPES}`;
  if (url.username !== '' && url.password === '')
    return 'names a user but no password. Without a user write redis://:password@host.';
  // ioredis takes any query parameter for an option, also those that would lift a limit of ours.
  for (const [name, value] of url.searchParams) {
    if (name !== 'family' || !['0', '4', '6'].includes(value))
      return 'has query parameters other than family=0, 4 or 6.';
  }
  return undefined;
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
    tls: url.protocol === 'rediss:',
  };
}

function tryParse(text: string): URL | undefined {
  return URL.canParse(text) && /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? new URL(text) : undefined;
}

function decodable(url: URL): boolean {
  try {
    decodeURIComponent(url.username);
    decodeURIComponent(url.password);
    return true;
  } catch {
    return false;
  }
}
