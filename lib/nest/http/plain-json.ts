/**
 * Whether a platform would send an object as `JSON.stringify` of it, and send that text, handed over in its place, as it
 * is. Then the text may be kept instead of the object, and nobody can tell. Both answer `false` wherever they do not
 * find what they look for: an unknown version of a platform costs speed, never a byte of a response.
 */

export type EtagKind = 'weak' | 'strong';

/** What of Express's response is looked at. */
interface ExpressResponse {
  readonly app?: { get?: (setting: string) => unknown };
  readonly json?: unknown;
}

/** What `res.json` of Express 4 and 5 goes by. */
const JSON_SETTINGS = ['json escape', 'json replacer', 'json spaces'] as const;

export function expressStringifies(response: object): boolean {
  const { app, json } = response as ExpressResponse;
  if (typeof app?.get !== 'function' || typeof json !== 'function') return false;
  return isExpressJson(response, json) && JSON_SETTINGS.every((name) => !app.get!(name));
}

/** Express's own `json`, as it was found last: looking for its owner at every request costs more than all other checks. */
let knownJson: unknown;

/** Middleware that rewrites bodies puts a `json` of its own on the response, or on what its app's responses inherit. */
function isExpressJson(response: object, json: unknown): boolean {
  if (json === knownJson) return true;
  let owner: object | null = response;
  while (owner !== null && !Object.hasOwn(owner, 'json')) owner = Object.getPrototypeOf(owner) as object | null;
  if (owner === null || !Object.hasOwn(owner, 'jsonp') || !Object.hasOwn(owner, 'sendStatus')) return false;
  knownJson = json;
  return true;
}

/** The entity tag that `res.send` would put on the text; `undefined` where it puts none, or asks a function of the app's own. */
export function expressEtag(response: object, text: string): string | undefined {
  const make = (response as ExpressResponse).app?.get?.('etag fn');
  if (typeof make !== 'function' || expressEtagKind(response) === undefined) return undefined;
  const tag: unknown = (make as (body: Buffer) => unknown)(Buffer.from(text));
  return typeof tag === 'string' ? tag : undefined;
}

export function expressEtagKind(response: object): EtagKind | undefined {
  const setting = (response as ExpressResponse).app?.get?.('etag');
  if (setting === true || setting === 'weak') return 'weak';
  return setting === 'strong' ? 'strong' : undefined;
}

interface FastifyReply {
  readonly request?: object;
}

interface FastifyContext {
  readonly preSerialization?: unknown;
  readonly schema?: { readonly response?: unknown } | null;
}

/** A property that Fastify keeps under a symbol of its own: the symbol's name is the only way to it. */
class HiddenProperty {
  private symbol: symbol | undefined;

  constructor(private readonly description: string) {}

  /** `undefined` where the target has no such property of its own. */
  of(target: object): unknown {
    const value = this.symbol === undefined ? undefined : (target as Record<symbol, unknown>)[this.symbol];
    return value === undefined ? this.search(target) : value;
  }

  /** At the first call, and where a second copy of Fastify has a second symbol. */
  private search(target: object): unknown {
    const symbols = Object.getOwnPropertySymbols(target);
    this.symbol = symbols.find(({ description }) => description === this.description) ?? this.symbol;
    return this.symbol === undefined ? undefined : (target as Record<symbol, unknown>)[this.symbol];
  }
}

const ROUTE_CONTEXT = new HiddenProperty('fastify.context');
const REPLY_SERIALIZER = new HiddenProperty('fastify.reply.serializer');
const ROUTE_SERIALIZER = 'fastify.replySerializerDefault';

/** By route, for all of them are set when the application has started. */
const plainContexts = new WeakMap<object, boolean>();

export function fastifyStringifies(reply: FastifyReply): boolean {
  if (Object.hasOwn(reply, 'send') || !hasNoSerializer(reply)) return false;
  const context = reply.request === undefined ? undefined : ROUTE_CONTEXT.of(reply.request);
  if (typeof context !== 'object' || context === null) return false;
  let isPlain = plainContexts.get(context);
  if (isPlain === undefined) plainContexts.set(context, (isPlain = isPlainContext(context)));
  return isPlain;
}

/** Whether neither the handler nor a hook has given this very reply a serializer. */
export function hasNoSerializer(reply: object): boolean {
  return REPLY_SERIALIZER.of(reply) === null;
}

function isPlainContext(context: FastifyContext): boolean {
  if (context.preSerialization !== null || (context.schema?.response ?? undefined) !== undefined) return false;
  const serializer = Object.getOwnPropertySymbols(context).find(({ description }) => description === ROUTE_SERIALIZER);
  return serializer !== undefined && !(context as Record<symbol, unknown>)[serializer];
}
