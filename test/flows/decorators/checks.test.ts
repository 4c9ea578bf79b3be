import { describe, expect, it } from '@jest/globals';
import { CacheConfig, Cached, CacheEvict, CachePut, CacheUsageError } from 'nestjs-cached';

type Untyped = (options?: unknown) => (target: unknown, name: unknown, descriptor?: unknown) => void;
const decorators = { Cached, CachePut, CacheEvict } as unknown as Record<'Cached' | 'CachePut' | 'CacheEvict', Untyped>;

class Service {
  async find(): Promise<number> {
    return 1;
  }
  get value(): number {
    return 1;
  }
  static async all(): Promise<number> {
    return 1;
  }
}

function decorate(
  decorator: keyof typeof decorators,
  options: object,
  target: object = Service.prototype,
  name = 'find',
): void {
  const all = decorator === 'CacheEvict' ? { allEntries: true, ...options } : options;
  decorators[decorator](all)(target, name, Object.getOwnPropertyDescriptor(target, name));
}

describe.each(['Cached', 'CachePut', 'CacheEvict'] as const)('@%s', (decorator) => {
  it.each([
    [{ key: 'users' }, "key is of type string. Give a function of the method's arguments, such as () => 'the-key'."],
    [{ condition: true }, 'condition is of type boolean, not a function.'],
    [{ tenant: 'acme' }, 'tenant is of type string, not a function.'],
    [{ keyPrefix: '' }, 'keyPrefix is empty. Leave it out, or give it a name.'],
    [{ cache: 1 }, 'cache is of type number, not a string.'],
    [{ tags: 'users' }, 'tags must be an array of strings; got string.'],
    [{ tags: ['users', ''] }, "A tag must be a string that is not empty; got ''."],
  ])('refuses %p where the class is declared', (options, message) => {
    expect(() => decorate(decorator, options)).toThrow(CacheUsageError);
    expect(() => decorate(decorator, options)).toThrow(`@${decorator} on Service.find: ${message}`);
  });

  it('refuses a static method, which belongs to no application', () => {
    expect(() => decorate(decorator, {}, Service, 'all')).toThrow(`@${decorator} on Service.all: a static method`);
  });

  it('refuses a getter, and what is no method', () => {
    expect(() => decorate(decorator, {}, Service.prototype, 'value')).toThrow('it can only stand before a method');
    expect(() => decorate(decorator, {}, Service.prototype, 'field')).toThrow('it can only stand before a method');
  });

  it('says what is missing where decorators are those of the standard', () => {
    const apply = decorators[decorator]({ allEntries: true });
    expect(() => apply(Service.prototype.find, { kind: 'method', name: 'find' })).toThrow(
      '"experimentalDecorators": true',
    );
  });
});

describe.each(['Cached', 'CachePut'] as const)('@%s', (decorator) => {
  it.each([
    [{ ttl: '5 minutes' }, 'ttl is "5 minutes", not a duration.'],
    [{ ttl: -1 }, 'ttl is -1, not a duration.'],
    [{ staleWhileRevalidate: 'soon' }, 'staleWhileRevalidate is "soon", not a duration.'],
    [{ jitter: 2 }, 'jitter is 2. Use a share between 0 and 1.'],
    [{ refreshAhead: -1 }, 'refreshAhead is -1.'],
    [{ unless: 'null' }, 'unless is of type string, not a function.'],
    [{ operation: 1 }, 'operation is of type number, not a string.'],
  ])('refuses %p where the class is declared', (options, message) => {
    expect(() => decorate(decorator, options)).toThrow(`@${decorator} on Service.find: ${message}`);
  });

  it('takes null for no options', () => {
    class Own {
      async find(): Promise<number> {
        return 1;
      }
    }
    const descriptor = Object.getOwnPropertyDescriptor(Own.prototype, 'find');
    expect(() => decorators[decorator](null)(Own.prototype, 'find', descriptor)).not.toThrow();
  });
});

it('@CacheConfig refuses bad options where the class is declared', () => {
  expect(() => CacheConfig({ ttl: '5 minutes' as never })(Service)).toThrow(
    '@CacheConfig on Service: ttl is "5 minutes", not a duration.',
  );
  expect(() => CacheConfig({ keyPrefix: '' })(Service)).toThrow('@CacheConfig on Service: keyPrefix is empty.');
});
