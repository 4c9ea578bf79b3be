import { Injectable } from '@nestjs/common';
import { CacheConfig, Cached, CacheEvict, CachePut } from 'nestjs-cached';
import { BookTable, type Book } from './book-table.js';

@Injectable()
@CacheConfig({ keyPrefix: 'book', ttl: '10m' })
export class BooksService {
  constructor(private readonly table: BookTable) {}

  // book:7
  @Cached({ key: (id) => String(id), tags: (id) => [`book:${id}`] })
  async find(id: number): Promise<Book | null> {
    return this.table.read(id);
  }

  // book:search:dune.2
  @Cached({
    key: (text, page = 1) => `search:${text}.${page}`,
    tags: ['lists'],
    ttl: (books) => (books.length ? '5m' : 0),
  })
  async search(text: string, page?: number): Promise<Book[]> {
    return this.table.search(text, page ?? 1);
  }

  // Stores the new book under book:<its id>, which no argument tells.
  @CacheEvict({ tags: ['lists'] })
  @CachePut({ resultKey: (book) => String(book.id) })
  async add(title: string): Promise<Book> {
    return this.table.insert(title);
  }

  @CacheEvict({ key: (id) => String(id), tags: ['lists'] })
  async rename(id: number, title: string): Promise<void> {
    await this.table.update(id, title);
  }
}
