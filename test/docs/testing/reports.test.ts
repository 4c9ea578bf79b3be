import { expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { Cached } from 'nestjs-cached';
import { CacheTestingModule, FakeClock } from 'nestjs-cached/testing';

@Injectable()
class Reports {
  runs = 0;

  @Cached({ ttl: '10m' })
  async of(year: number): Promise<string> {
    this.runs++;
    return `report of ${year}`;
  }
}

it('makes a report again after ten minutes', async () => {
  const app = await Test.createTestingModule({
    imports: [CacheTestingModule.forRoot()],
    providers: [Reports],
  }).compile();
  await app.init();
  const reports = app.get(Reports);
  const clock = app.get(FakeClock);

  await reports.of(2024);
  await clock.advance(10 * 60_000 - 1);
  expect(await reports.of(2024)).toBe('report of 2024');
  expect(reports.runs).toBe(1);

  await clock.advance(1);
  await reports.of(2024);
  expect(reports.runs).toBe(2);

  await app.close();
});
