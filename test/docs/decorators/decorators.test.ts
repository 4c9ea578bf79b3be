import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Test, type TestingModule } from '@nestjs/testing';
import { CacheManager } from 'nestjs-cached';
import { CacheTestingModule } from 'nestjs-cached/testing';
import { BookTable } from './book-table.js';
import { BooksService } from './books.service.js';
import { OrdersService } from './orders.service.js';

describe('the examples of docs/decorators.md', () => {
  let app: TestingModule;
  let books: BooksService;
  let table: BookTable;
  let cache: CacheManager;

  beforeEach(async () => {
    app = await Test.createTestingModule({
      imports: [CacheTestingModule.forRoot()],
      providers: [BooksService, BookTable, OrdersService],
    }).compile();
    await app.init();
    books = app.get(BooksService);
    table = app.get(BookTable);
    cache = app.get(CacheManager);
  });
  afterEach(() => app.close());

  it('have the keys that the comments name', async () => {
    await table.update(7, 'Dune');
    expect(await books.find(7)).toEqual({ id: 7, title: 'Dune' });
    expect(await cache.get('book:7')).toEqual({ id: 7, title: 'Dune' });
    await table.update(17, 'dune');
    for (let id = 20; id < 32; id++) await table.update(id, 'dune');
    await books.search('dune', 2);
    expect(await cache.has('book:search:dune.2')).toBe(true);
  });

  it('do not store an empty list', async () => {
    await books.search('nothing');
    await books.search('nothing');
    expect(table.searches).toBe(2);
  });

  it('find what was put without reading it', async () => {
    const { id } = await books.add('Emma');
    expect(await books.find(id)).toEqual({ id, title: 'Emma' });
    expect(table.reads).toBe(0);
  });

  it('evict the book and the lists after a change', async () => {
    const { id } = await books.add('Emma');
    await books.search('Emma');
    await books.rename(id, 'Persuasion');
    expect(await books.find(id)).toEqual({ id, title: 'Persuasion' });
    expect(await books.search('Emma')).toEqual([]);
  });

  it('hold an invalidation until the commit', async () => {
    const orders = app.get(OrdersService);
    await cache.set('order', 'open', { tags: ['order:1'] });
    const { promise, resolve } = deferred();
    await orders.cancel(1, { committed: promise });
    expect(await cache.get('order')).toBe('open');
    resolve();
    await promise;
    await new Promise(setImmediate);
    expect(await cache.get('order')).toBeUndefined();
  });
});

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve!: () => void;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}
