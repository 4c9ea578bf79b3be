import type { HttpRequestLike } from '../../contracts/options.js';
import {
  expressEtag,
  expressEtagKind,
  expressStringifies,
  fastifyStringifies,
  hasNoSerializer,
  type EtagKind,
} from './plain-json.js';

export type HeaderValue = string | number | readonly string[];
export type HeaderMap = Readonly<Record<string, HeaderValue | undefined>>;

/** What the interceptor reads of a request; Express and Fastify ones both fit. */
export interface HttpRequest extends HttpRequestLike {
  readonly protocol?: string;
  readonly user?: unknown;
  readonly session?: unknown;
}

/** What both platforms build on: Node's own response. */
export interface NodeResponse {
  statusCode: number;
  readonly headersSent: boolean;
  readonly writableEnded: boolean;
  getHeader(name: string): HeaderValue | undefined;
  getHeaders(): Record<string, HeaderValue | undefined>;
  setHeader(name: string, value: HeaderValue): unknown;
}

/** Fastify keeps headers in the reply until it is sent. */
export interface FastifyReply {
  readonly raw: NodeResponse;
  readonly request?: object;
  readonly statusCode: number;
  readonly sent: boolean;
  code(status: number): unknown;
  header(name: string, value: HeaderValue): unknown;
  getHeader(name: string): HeaderValue | undefined;
  getHeaders(): Record<string, HeaderValue | undefined>;
}

/** One response, whatever the platform. Header names are lower case. */
export abstract class HttpReply {
  /** The facade of `response`, or `undefined` for a platform that is neither Express nor Fastify. */
  static of(response: unknown): HttpReply | undefined {
    if (typeof response !== 'object' || response === null) return undefined;
    if (isFastifyReply(response)) return new FastifyHttpReply(response);
    return isNodeResponse(response) ? new NodeHttpReply(response) : undefined;
  }

  /** The objects that a handler may write to. */
  abstract readonly targets: readonly object[];
  abstract readonly isSent: boolean;
  abstract status: number;
  abstract headers(): HeaderMap;
  abstract header(name: string): HeaderValue | undefined;
  abstract setHeader(name: string, value: HeaderValue): void;
  /** An object would be sent as `JSON.stringify` of it, and that text as it is. To be asked before a handler runs. */
  abstract readonly stringifies: boolean;
  /** The handler has not given this response a serializer of its own. */
  abstract readonly isUnserialized: boolean;
  /** What kind of entity tag the platform makes by itself, if any. */
  abstract readonly etagKind: EtagKind | undefined;
  /** The entity tag it would make for the text. */
  abstract etagOf(text: string): string | undefined;
}

class NodeHttpReply extends HttpReply {
  constructor(private readonly response: NodeResponse) {
    super();
  }

  get targets(): readonly object[] {
    return [this.response];
  }

  get isSent(): boolean {
    return this.response.headersSent || this.response.writableEnded;
  }

  get status(): number {
    return this.response.statusCode;
  }

  set status(status: number) {
    this.response.statusCode = status;
  }

  headers(): HeaderMap {
    return this.response.getHeaders();
  }

  header(name: string): HeaderValue | undefined {
    return this.response.getHeader(name);
  }

  setHeader(name: string, value: HeaderValue): void {
    this.response.setHeader(name, value);
  }

  get stringifies(): boolean {
    return expressStringifies(this.response);
  }

  get isUnserialized(): boolean {
    return true;
  }

  get etagKind(): EtagKind | undefined {
    return expressEtagKind(this.response);
  }

  etagOf(text: string): string | undefined {
    return expressEtag(this.response, text);
  }
}

class FastifyHttpReply extends HttpReply {
  constructor(private readonly reply: FastifyReply) {
    super();
  }

  get targets(): readonly object[] {
    return [this.reply, this.reply.raw];
  }

  get isSent(): boolean {
    return this.reply.sent || this.reply.raw.headersSent || this.reply.raw.writableEnded;
  }

  get status(): number {
    return this.reply.statusCode;
  }

  set status(status: number) {
    this.reply.code(status);
  }

  headers(): HeaderMap {
    return this.reply.getHeaders();
  }

  header(name: string): HeaderValue | undefined {
    return this.reply.getHeader(name);
  }

  setHeader(name: string, value: HeaderValue): void {
    this.reply.header(name, value);
  }

  get stringifies(): boolean {
    return fastifyStringifies(this.reply);
  }

  get isUnserialized(): boolean {
    return hasNoSerializer(this.reply);
  }

  get etagKind(): undefined {
    return undefined;
  }

  etagOf(): undefined {
    return undefined;
  }
}

function isFastifyReply(response: object): response is FastifyReply {
  const { raw } = response as Partial<FastifyReply>;
  // At once: to find out that Express's response has no such property, all that it inherits from is asked.
  if (typeof raw !== 'object' || !isNodeResponse(raw)) return false;
  const { code, header } = response as Partial<FastifyReply>;
  return typeof code === 'function' && typeof header === 'function';
}

function isNodeResponse(response: object): response is NodeResponse {
  const { getHeaders, setHeader, statusCode } = response as Partial<NodeResponse>;
  return typeof getHeaders === 'function' && typeof setHeader === 'function' && typeof statusCode === 'number';
}
