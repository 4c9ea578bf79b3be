import { Module } from '@nestjs/common';
import { CacheModule } from 'nestjs-cached';
import { InvoicesService } from './invoices.service.js';
import { tenantContext, TenantModule } from './tenant-context.js';

@Module({
  imports: [TenantModule, CacheModule.forRoot({ tenant: { resolve: () => tenantContext.current(), required: true } })],
  providers: [InvoicesService],
})
export class AppModule {}
