import { afterEach, expect, it } from '@jest/globals';
import { Controller, Get, Module, type INestApplication } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { CacheManager, CacheTenantError } from 'nestjs-cached';
import { AppModule } from './app.module.js';
import { InvoicesService } from './invoices.service.js';
import { tenantContext } from './tenant-context.js';

@Controller()
class InvoicesController {
  constructor(private readonly invoices: InvoicesService) {}

  @Get('invoice')
  find(): Promise<string> {
    return this.invoices.find(7);
  }
}

@Module({ imports: [AppModule], controllers: [InvoicesController], providers: [InvoicesService] })
class TestedModule {}

let app: INestApplication;
afterEach(() => app.close());

it.each([
  ['express', () => new ExpressAdapter()],
  ['fastify', () => new FastifyAdapter()],
])('runs the example of docs/tenants.md on %s', async (_, adapter) => {
  const testing = await Test.createTestingModule({ imports: [TestedModule] }).compile();
  app = testing.createNestApplication(adapter(), { logger: false });
  await app.listen(0, '127.0.0.1');
  const ask = async (tenant?: string): Promise<[number, string]> => {
    const response = await fetch(`${await app.getUrl()}/invoice`, { headers: tenant ? { 'x-tenant-id': tenant } : {} });
    return [response.status, await response.text()];
  };
  const tenants = ['acme', 'globex', 'acme', 'globex'];
  expect(await Promise.all(tenants.map(ask))).toEqual(tenants.map((tenant) => [200, `invoice 7 of ${tenant}`]));
  expect((await ask())[0]).toBe(500);

  const cache = app.get(CacheManager);
  const invoices = app.get(InvoicesService);
  await expect(invoices.find(7)).rejects.toThrow(CacheTenantError);
  await invoices.correct('acme', 7);
  expect(await cache.forTenant('acme').has('invoice:7')).toBe(false);
  expect(await cache.forTenant('globex').has('invoice:7')).toBe(true);
  await tenantContext.run('acme', async () => {
    await invoices.find(7);
    expect(await invoices.currencies()).toContain('CHF');
    await invoices.forgetMine();
  });
  expect(await cache.forTenant('acme').has('invoice:7')).toBe(false);
  expect(await cache.forTenant('globex').has('invoice:7')).toBe(true);
  expect(await cache.withoutTenant().has('currencies')).toBe(true);
  await invoices.forgetAll();
  expect(await cache.forTenant('globex').has('invoice:7')).toBe(false);
  expect(await cache.withoutTenant().has('currencies')).toBe(false);
});
