import { isIPv6 } from 'node:net';
import { kindOf, shownValue } from '../shown-value.js';
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
  return optionCheck('isHost', hostFault);
}

/** The path of a Unix socket. */
export function IsSocketPath(): PropertyDecorator {
  return optionCheck('isSocketPath', (value) => {
    if (typeof value !== 'string') return `must be a string; got ${kindOf(value)}.`;
    if (value.startsWith('/') && value.length > 1) return undefined;
    return 'must be the absolute path of a Unix socket, such as /run/redis.sock.';
  });
}

/** Nodes of a cluster, or sentinels: `{ host, port }` each. */
export function IsNodeList(): PropertyDecorator {
  return optionCheck('isNodeList', (value) => {
    if (!Array.isArray(value)) return `must be an array of { host, port }; got ${kindOf(value)}.`;
    const nodes: unknown[] = value;
    if (nodes.length === 0) return 'must hold a { host, port }.';
    for (const [index, node] of nodes.entries()) {
      const fault = nodeFault(node);
      if (fault !== undefined) return `[${index}] ${fault}`;
    }
    return undefined;
  });
}

function nodeFault(node: unknown): string | undefined {
  if (kindOf(node) !== 'an object') return `must be { host, port }; got ${kindOf(node)}.`;
  const { host, port, ...others } = node as Record<string, unknown>;
  if (Object.keys(others).length > 0) return 'has members other than host and port; credentials stand beside the list.';
  const fault = hostFault(host);
  if (fault !== undefined) return `host ${fault}`;
  if (port === undefined || (typeof port === 'number' && Number.isInteger(port) && port >= 1 && port <= 65_535)) {
    return undefined;
  }
  return `port must be a whole number from 1 to 65535; got ${shownValue(port)}.`;
}

function hostFault(value: unknown): string | undefined {
  if (typeof value !== 'string') return `must be a string; got ${kindOf(value)}.`;
  if (isIPv6(value) || /^[^\s:/@?#[\]]+$/.test(value)) return undefined;
  return 'must be the name or the IP address of a host, without scheme, port or credentials.';
}
