import { backendConformance, FakeClock, MapBackend } from 'nestjs-cached/testing';

const clock = new FakeClock();

backendConformance(() => new MapBackend(clock), {
  name: 'MapBackend',
  advance: (ms) => clock.advance(ms),
});
