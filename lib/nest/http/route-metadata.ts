import 'reflect-metadata';

/**
 * What Nest's own decorators leave on a route. The names are those of Nest 11 and 12; neither exports them from a place
 * that both have.
 */
const NEST = {
  routeArguments: '__routeArguments__',
  passthrough: '__responsePassthrough__',
  sse: '__sse__',
  render: '__renderTemplate__',
  redirect: '__redirect__',
  headers: '__headers__',
  version: '__version__',
  interceptors: '__interceptors__',
} as const;

/** Of `RouteParamtypes`. */
const PARAMETER = { response: 1, next: 2, headers: 6, session: 7, ip: 11 } as const;

/** A symbol is `VERSION_NEUTRAL`. */
type Version = string | symbol;

export type Controller = abstract new (...args: never[]) => unknown;
export type Handler = (...args: never[]) => unknown;

/** A route handler and the controller class it is called on, which may have inherited it. */
export class RouteMetadata {
  /** The name under which the class has it. */
  readonly methodName: string;

  constructor(
    readonly controller: Controller,
    readonly handler: Handler,
  ) {
    this.methodName = methodNameOf(controller, handler);
  }

  /** For errors and warnings. */
  get label(): string {
    return `${this.controller.name}.${this.methodName}`;
  }

  /** Tells two handlers of one URL apart, such as two versions of it. */
  get identity(): readonly unknown[] {
    const version = (read(NEST.version, this.handler) ?? read(NEST.version, this.controller) ?? []) as
      Version | Version[];
    return [this.controller.name, this.methodName, ...[version].flat().map(String)];
  }

  /** Why its answers cannot be seen, or be given again, by an interceptor. */
  get whyBeyondReach(): string | undefined {
    if (read(NEST.sse, this.handler) !== undefined) return 'it sends events';
    if (read(NEST.render, this.handler) !== undefined) return 'it renders a template';
    if (read(NEST.redirect, this.handler) !== undefined) return 'it redirects';
    const writes = this.parameters.some(({ type }) => type === PARAMETER.response || type === PARAMETER.next);
    if (writes && read(NEST.passthrough, this.controller, this.methodName) !== true) {
      return 'it takes @Res() or @Next() without { passthrough: true }';
    }
    return undefined;
  }

  /** Names of the request headers it takes by `@Headers('name')`, in lower case. */
  get headersRead(): readonly string[] {
    return this.parameters.flatMap(({ type, data }) => {
      return type === PARAMETER.headers && typeof data === 'string' ? [data.toLowerCase()] : [];
    });
  }

  /** What else it takes that says who is asking, for people. */
  get personRead(): string | undefined {
    if (this.parameters.some(({ type }) => type === PARAMETER.ip)) return '@Ip()';
    return this.parameters.some(({ type }) => type === PARAMETER.session) ? '@Session()' : undefined;
  }

  /** Whether `@Header` sets it on every response of this handler, before any interceptor. */
  setsHeader(name: string): boolean {
    const headers = (read(NEST.headers, this.handler) ?? []) as readonly { name: string }[];
    return headers.some((header) => header.name.toLowerCase() === name);
  }

  /** Classes or instances, in the order in which they run: the controller's, then the route's. */
  get interceptors(): readonly unknown[] {
    return [this.controller, this.handler].flatMap(
      (target) => (read(NEST.interceptors, target) ?? []) as readonly unknown[],
    );
  }

  /** The route's own metadata. */
  onRoute(key: string): unknown {
    return read(key, this.handler);
  }

  onController(key: string): unknown {
    return read(key, this.controller);
  }

  private get parameters(): readonly { type: number; data: unknown }[] {
    const metadata = (read(NEST.routeArguments, this.controller, this.methodName) ?? {}) as Record<
      string,
      { data?: unknown }
    >;
    return Object.entries(metadata).map(([key, { data }]) => ({ type: Number(key.split(':', 1)[0]), data }));
  }
}

function read(key: string, target: object, property?: string): unknown {
  return property === undefined ? Reflect.getMetadata(key, target) : Reflect.getMetadata(key, target, property);
}

/** Decorators may have wrapped the method in one of another name. */
function methodNameOf(controller: Controller, handler: Handler): string {
  let prototype = controller.prototype as object | null;
  while (prototype !== null && prototype !== Object.prototype) {
    for (const name of Object.getOwnPropertyNames(prototype)) {
      if (Object.getOwnPropertyDescriptor(prototype, name)?.value === handler) return name;
    }
    prototype = Object.getPrototypeOf(prototype) as object | null;
  }
  return handler.name;
}
