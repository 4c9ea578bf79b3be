import { expect, it } from '@jest/globals';
import { Test } from '@nestjs/testing';
import { EmbeddingCacheModule } from 'nestjs-cached/ai';
import { HelpService } from './help.service.js';
import { asked } from './models.js';

it('runs the example of docs/semantic.md', async () => {
  const module = await Test.createTestingModule({
    imports: [EmbeddingCacheModule.forRoot({ model: 'text-embedding-3-small' })],
    providers: [HelpService],
  }).compile();
  const app = await module.init();
  const service = app.get(HelpService);
  expect(await service.help('Where is my parcel?', 'acme')).toBe('An answer to: Where is my parcel?');
  expect(await service.help('When comes my parcel?', 'acme')).toBe(
    'An answer to: Where is my parcel? (asked before: Where is my parcel?)',
  );
  await service.help('When comes my parcel?', 'globex');
  await service.help('Can I pay by card?', 'acme');
  expect(asked).toEqual(['Where is my parcel?', 'When comes my parcel?', 'Can I pay by card?']);
  await app.close();
});
