import { canonicalKey } from '../../core/canonical-key.js';
import type { HttpRequest } from './http-exchange.js';
import type { Distinction } from './request-policy.js';
import { distinctionOf, type RoutePlan } from './route-plan.js';

/** The logical key of a request, and how far it tells requests apart. */
export interface RequestKey {
  readonly key: string;
  readonly distinction: Distinction;
}

/** Where a proxy says what the client asked for; a handler that builds links goes by them. */
const FORWARDED = ['x-forwarded-host', 'x-forwarded-proto', 'x-forwarded-port', 'x-forwarded-prefix'] as const;

/**
 * The key a response is stored under; `undefined` when the route's `key` function gives none. The four kinds begin
 * differently, so that no request can spell a key of another kind.
 *
 * @throws whatever `key` or `varyBy` throws, and CacheKeyError when what they give has no stable identity.
 */
export function requestKeyOf(plan: RoutePlan, request: HttpRequest): RequestKey | undefined {
  if (plan.key === undefined) return routeKey(plan, request);
  const given = plan.key(request);
  // A property that is not there would be one key for everybody.
  if (given === undefined || given === null || given === '') return undefined;
  const kind = request.method === 'HEAD' ? 'http-head' : 'http';
  const key = typeof given === 'string' ? `${kind}:${given}` : `${kind}-value:${canonicalKey(given, 'the key')}`;
  return { key, distinction: { by: 'function' } };
}

function routeKey(plan: RoutePlan, request: HttpRequest): RequestKey {
  const { method, headers } = request;
  const host = headers['host'] ?? headers[':authority'];
  const forwarded = pick(request, FORWARDED);
  // RFC 9111 section 2: at least method and target URI. As sent: a server may tell `?a&b` from `?b&a`.
  const target = [method, request.protocol, host, request.originalUrl ?? request.url, forwarded, plan.identity];
  const { varyBy } = plan;
  const said = typeof varyBy === 'function' ? varyBy(request) : pick(request, varyBy);
  const isSilent = typeof varyBy === 'function' && (said === undefined || said === null);
  return {
    key: `http-route:${canonicalKey([...target, said], 'what varyBy gives')}`,
    distinction: isSilent ? { by: 'nothing' } : distinctionOf(undefined, varyBy),
  };
}

/** Those that are there: an empty header is not an absent one. */
function pick({ headers }: HttpRequest, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]])));
}
