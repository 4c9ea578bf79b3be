import type { INestApplication } from '@nestjs/common';
import { createApplication } from '../../../sample-app/src/application.js';

export interface Answer {
  readonly status: number;
  readonly cache: string | null;
  readonly timing: string | null;
  readonly retryAfter: string | null;
  readonly body: Record<string, unknown>;
}

/** The sample application on a free port, spoken to over HTTP. */
export class Service {
  private constructor(
    readonly app: INestApplication,
    readonly url: string,
  ) {}

  /** In memory, or on a Redis of the suite's own; never on the one that the machine's environment names. */
  static async start(environment: Record<string, string> = {}): Promise<Service> {
    const names = Object.keys(process.env).filter((name) => /^(?:CACHE|REDIS|AI|OPENAI)_/u.test(name));
    for (const name of names) delete process.env[name];
    Object.assign(process.env, environment);
    const app = await createApplication({ logLevels: [] });
    await app.listen(0, '127.0.0.1');
    return new Service(app, await app.getUrl());
  }

  post(path: string, bytes: Uint8Array, headers: Record<string, string> = {}): Promise<Answer> {
    return this.#send(path, { method: 'POST', body: Buffer.from(bytes), headers });
  }

  ask(path: string, question: unknown): Promise<Answer> {
    return this.#send(path, { method: 'POST', body: JSON.stringify(question) });
  }

  get(path: string): Promise<Answer> {
    return this.#send(path, { method: 'GET' });
  }

  delete(path: string): Promise<Answer> {
    return this.#send(path, { method: 'DELETE' });
  }

  async stop(): Promise<void> {
    await this.app.close();
  }

  async #send(path: string, init: RequestInit): Promise<Answer> {
    const response = await fetch(this.url + path, init);
    return {
      status: response.status,
      cache: response.headers.get('x-cache'),
      timing: response.headers.get('server-timing'),
      retryAfter: response.headers.get('retry-after'),
      body: (await response.json()) as Record<string, unknown>,
    };
  }
}
