import { isIPv6 } from 'node:net';
import { kindOf } from '../shown-value.js';
import { redisUrlFault } from '../redis-url.js';
import { optionCheck } from './option-check.js';

/** The url of a Redis server. */
export function IsRedisUrl(): PropertyDecorator {
  return optionCheck('isRedisUrl', (value) => {
    return typeof value === 'string' ? redisUrlFault(value) : `must be a string; got ${kindOf(value)}.`;
  });
}

/** A host alone: whoever pastes a url here is told so, and its password is not repeated. */
export function IsHost(): PropertyDecorator {
  return optionCheck('isHost', (value) => {
    if (typeof value !== 'string') return `must be a string; got ${kindOf(value)}.`;
    if (isIPv6(value) || /^[^\s:/@?#[\]]+$/.test(value)) return undefined;
    return 'must be the name or the IP address of a host, without scheme, port or credentials.';
  });
}
