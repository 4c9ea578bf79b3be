import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Inject, Injectable, Scope } from '@nestjs/common';
import { ContextIdFactory } from '@nestjs/core';
import { CacheConfig, Cached } from 'nestjs-cached';
import { App } from './support/app.js';

let runs = 0;
beforeEach(() => void (runs = 0));
afterEach(() => App.closeAll());

@Injectable()
class Single {
  @Cached()
  async find(id: number): Promise<string> {
    return `${id} by run ${++runs}`;
  }

  @Cached()
  async twice(id: number): Promise<string> {
    return `${await this.find(id)}, ${await this.find(id)}`;
  }
}

@Injectable({ scope: Scope.REQUEST })
class PerRequest {
  private readonly mark = Symbol('own');

  @Cached()
  async find(id: number): Promise<string> {
    if (this.mark.description !== 'own') throw new Error('not this');
    return `${id} by run ${++runs}`;
  }
}

@Injectable({ scope: Scope.TRANSIENT })
class Transient {
  @Cached()
  async find(id: number): Promise<string> {
    return `${id} by run ${++runs}`;
  }
}

@Injectable()
class Left {
  constructor(@Inject(Transient) readonly held: Transient) {}
}

@Injectable()
class Right {
  constructor(@Inject(Transient) readonly held: Transient) {}
}

describe('@Cached', () => {
  it('runs a method of a singleton once for the same arguments', async () => {
    const app = await App.start({ providers: [Single] });
    const single = app.get(Single);
    expect(await single.find(1)).toBe('1 by run 1');
    expect(await single.find(1)).toBe('1 by run 1');
    expect(await single.find(2)).toBe('2 by run 2');
    expect(await app.keys()).toEqual(['Single:find:1', 'Single:find:2']);
    expect(app.warnings).toEqual([]);
  });

  it('runs it once for callers who come together', async () => {
    const single = (await App.start({ providers: [Single] })).get(Single);
    const answers = await Promise.all(Array.from({ length: 50 }, () => single.find(1)));
    expect(new Set(answers)).toEqual(new Set(['1 by run 1']));
  });

  it('caches a call that a method makes on its own object', async () => {
    const single = (await App.start({ providers: [Single] })).get(Single);
    expect(await single.twice(1)).toBe('1 by run 1, 1 by run 1');
    expect(await single.find(1)).toBe('1 by run 1');
  });

  it('shares entries among the objects of several requests', async () => {
    const app = await App.start({ providers: [PerRequest] });
    const [one, other] = await Promise.all(
      [1, 2].map(() => app.nest.resolve(PerRequest, ContextIdFactory.create(), { strict: false })),
    );
    expect(one).not.toBe(other);
    expect(await one!.find(1)).toBe('1 by run 1');
    expect(await other!.find(1)).toBe('1 by run 1');
    expect(app.warnings).toEqual([]);
  });

  it('shares entries among transient objects', async () => {
    const app = await App.start({ providers: [Transient, Left, Right] });
    const [left, right] = [app.get(Left).held, app.get(Right).held];
    expect(left).not.toBe(right);
    expect([await left.find(1), await right.find(1)]).toEqual(['1 by run 1', '1 by run 1']);
    expect(app.warnings).toEqual([]);
  });
});

abstract class Base {
  abstract readonly table: string;

  @Cached()
  async find(id: number): Promise<string> {
    return `${this.table} ${id} by run ${++runs}`;
  }
}

@Injectable()
class Cats extends Base {
  readonly table = 'cats';
}

@Injectable()
class Dogs extends Base {
  readonly table = 'dogs';
}

@Injectable()
@CacheConfig({ keyPrefix: 'animal' })
class Birds extends Base {
  readonly table = 'birds';
}

@Injectable()
class LoudCats extends Cats {
  @Cached()
  override async find(id: number): Promise<string> {
    return (await super.find(id + 1)).toUpperCase();
  }
}

@Injectable()
class PlainCats extends Cats {
  override async find(id: number): Promise<string> {
    return `plain ${await super.find(id)}`;
  }
}

describe('an inherited method', () => {
  it('has keys of its own in each class', async () => {
    const app = await App.start({ providers: [Cats, Dogs, Birds] });
    expect(await app.get(Cats).find(1)).toBe('cats 1 by run 1');
    expect(await app.get(Dogs).find(1)).toBe('dogs 1 by run 2');
    expect(await app.get(Cats).find(1)).toBe('cats 1 by run 1');
    expect(await app.get(Birds).find(1)).toBe('birds 1 by run 3');
    expect(await app.keys()).toEqual(['Cats:find:1', 'Dogs:find:1', 'animal:1']);
    expect(app.warnings).toEqual([]);
  });

  it('does not share entries with the one that overrides it', async () => {
    const app = await App.start({ providers: [LoudCats] });
    const cats = app.get(LoudCats);
    expect(await cats.find(1)).toBe('CATS 2 BY RUN 1');
    // The overridden method has stored its own value for 2 meanwhile.
    expect(await cats.find(2)).toBe('CATS 3 BY RUN 2');
    expect(await cats.find(1)).toBe('CATS 2 BY RUN 1');
  });

  it('is cached below an override that is not decorated', async () => {
    const cats = (await App.start({ providers: [PlainCats] })).get(PlainCats);
    expect(await cats.find(1)).toBe('plain cats 1 by run 1');
    expect(await cats.find(1)).toBe('plain cats 1 by run 1');
  });
});
