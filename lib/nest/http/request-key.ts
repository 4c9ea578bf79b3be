import { canonicalKey } from '../../core/canonical-key.js';
import type { HttpRequest } from './http-exchange.js';
import type { Distinction } from './request-policy.js';
import { distinctionOf, type RoutePlan } from './route-plan.js';
import { SpelledKeys } from './spelled-keys.js';

/** The logical key of a request, and how far it tells requests apart. */
export interface RequestKey {
  readonly key: string;
  readonly distinction: Distinction;
}

/** Where a proxy says what the client asked for; a handler that builds links goes by them. */
const FORWARDED = ['x-forwarded-host', 'x-forwarded-proto', 'x-forwarded-port', 'x-forwarded-prefix'] as const;

/** The canonical text of no headers at all. */
const NONE = '{}';

const spelledKeys = new WeakMap<RoutePlan, SpelledKeys>();

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
  const { varyBy } = plan;
  const said = typeof varyBy === 'function' ? varyBy(request) : undefined;
  const varied =
    typeof varyBy === 'function' ? canonicalKey(said, 'what varyBy gives') : pickedText(request.headers, varyBy);
  const isSilent = typeof varyBy === 'function' && (said === undefined || said === null);
  return {
    key: targetKey(plan, request, varied),
    distinction: isSilent ? { by: 'nothing' } : distinctionOf(undefined, varyBy),
  };
}

function targetKey(plan: RoutePlan, request: HttpRequest, varied: string): string {
  const { method, protocol, headers } = request;
  const host = headers['host'] ?? headers[':authority'];
  // As sent: a server may tell `?a&b` from `?b&a`.
  const url = request.originalUrl ?? request.url;
  const forwarded = pickedText(headers, FORWARDED);
  if (forwarded !== NONE || varied !== NONE) return spelled();
  let known = spelledKeys.get(plan);
  if (!known) spelledKeys.set(plan, (known = new SpelledKeys()));
  let key = known.find(method, protocol, host, url);
  if (key === undefined) known.keep(url, (key = spelled()));
  return key;

  /** RFC 9111 section 2: at least method and target URI. The canonical text of them all in an array. */
  function spelled(): string {
    const target = [method, protocol, host, url].map((part) => canonicalKey(part, 'the request')).join();
    return `http-route:[${target},${forwarded},${plan.identity},${varied}]`;
  }
}

/** Those that are there, by name: an empty header is not an absent one. */
function pickedText(headers: HttpRequest['headers'], names: readonly string[]): string {
  if (!names.some((name) => headers[name] !== undefined)) return NONE;
  const present = names.filter((name) => headers[name] !== undefined);
  return canonicalKey(Object.fromEntries(present.map((name) => [name, headers[name]])), 'the headers');
}
