import { cacheOptionsFromEnv } from '../../config/from-env.js';
import { redisUrlFault, redisUrlParts, socketPathOf } from '../../config/redis-url.js';
import { validateOptions } from '../../config/validate-options.js';
import type { CacheModuleOptions } from '../../contracts/options.js';
import { tryParseDuration } from '../../support/duration.js';
import { CacheConfigError } from '../../support/errors.js';
import { UsageError } from '../usage-error.js';
import type { BenchOption } from './bench.options.js';
import type { Settings } from './report.js';

type Environment = Readonly<Record<string, string | undefined>>;
type Backend = Settings['backend'];

/** An option of the command line is its variable, said otherwise: both mean the same to the library. */
const VARIABLES: Partial<Record<BenchOption, string>> = {
  url: 'REDIS_URL',
  codec: 'CACHE_CODEC',
  compression: 'CACHE_COMPRESSION',
  'command-timeout': 'REDIS_SOCKET_TIMEOUT',
};
/** What says where the server is in place of a url. */
const PLACES = ['REDIS_HOST', 'REDIS_PORT', 'REDIS_DB', 'REDIS_SOCKET_PATH', 'REDIS_NODES', 'REDIS_SENTINELS'];
const SENTINEL = /^REDIS_SENTINEL_/;
/** What else of the environment is measured. Not the namespace, nor how long values live. */
const MEASURED = /^(REDIS_|CACHE_(CODEC|COMPRESSION|ENCRYPTION|MAX|ISOLATION|BREAKER|FALLBACK|LEASE|CLASS_INSTANCES))/;

export function isBackend(word: string): word is Backend {
  return ['tiered', 'redis', 'memory'].includes(word);
}

/**
 * The options of the cache to be measured, as an application would have them by `cacheOptionsFromEnv`.
 *
 * @throws UsageError that lists every fault by the name of its option, or of its variable.
 */
export function cacheOptions(
  values: ReadonlyMap<BenchOption, string>,
  env: Environment,
  backend: Backend,
): CacheModuleOptions {
  checkTimeout(values.get('command-timeout'));
  const said = new Map<string, BenchOption>();
  const variables: Record<string, string | undefined> = { ...measuredOf(env, values.get('url')) };
  for (const [option, variable] of Object.entries(VARIABLES) as [BenchOption, string][]) {
    const value = values.get(option);
    if (value === undefined) continue;
    variables[variable] = value;
    said.set(variable, option);
  }
  try {
    const { redis, ...others } = cacheOptionsFromEnv(variables);
    if (backend === 'memory') return validateOptions({ ...inProcess(others), backend });
    if (redis === undefined) {
      throw new UsageError('Where is the server? Give --url redis://host:6379, or set REDIS_URL; or --backend memory.');
    }
    if (redis.nodes !== undefined) throw new UsageError('bench measures one server, no cluster: give --url.');
    return validateOptions({ ...others, redis, backend });
  } catch (error) {
    if (!(error instanceof CacheConfigError)) throw error;
    const faults = error.faults.map(({ path, message }) => {
      const option = said.get(path);
      return `${option === undefined ? path : `--${option}`} ${message}`;
    });
    throw new UsageError(faults.join('\n'), { cause: error });
  }
}

/** An option of the server has no meaning without one. */
function inProcess({ memory, classInstances }: CacheModuleOptions): CacheModuleOptions {
  return { ...(memory && { memory }), ...(classInstances && { classInstances }) };
}

function measuredOf(env: Environment, url: string | undefined): Environment {
  const measured = Object.entries(env).filter(([name]) => MEASURED.test(name));
  if (url === undefined) return Object.fromEntries(measured);
  const others = measured.filter(([name]) => !PLACES.includes(name) && !SENTINEL.test(name));
  // A url with a password of its own is of another user than the environment.
  const isComplete = redisUrlFault(url) === undefined && socketPathOf(url) === undefined && redisUrlParts(url).password;
  return Object.fromEntries(
    isComplete ? others.filter(([name]) => !['REDIS_USERNAME', 'REDIS_PASSWORD'].includes(name)) : others,
  );
}

/** In the environment a bare number is seconds, in code milliseconds: here it must be said. */
function checkTimeout(text: string | undefined): void {
  if (text !== undefined && tryParseDuration(text) === undefined) {
    throw new UsageError('--command-timeout must be a duration with its unit, such as 100ms or 1s.');
  }
}
