import { Injectable } from '@nestjs/common';

export interface Book {
  readonly id: number;
  readonly title: string;
}

/** Stands for a database, and counts what it is asked. */
@Injectable()
export class BookTable {
  reads = 0;
  searches = 0;
  private readonly books = new Map<number, Book>();

  async read(id: number): Promise<Book | null> {
    this.reads++;
    return this.books.get(id) ?? null;
  }

  async search(text: string, page: number): Promise<Book[]> {
    this.searches++;
    const found = [...this.books.values()].filter(({ title }) => title.includes(text));
    return found.slice((page - 1) * 10, page * 10);
  }

  async insert(title: string): Promise<Book> {
    return this.update(this.books.size + 1, title);
  }

  async update(id: number, title: string): Promise<Book> {
    const book = { id, title };
    this.books.set(id, book);
    return book;
  }
}
