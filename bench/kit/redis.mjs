// One way to start a server of one's own, for all benchmarks.
export { difference, startRedis } from '../fleet/kit/redis.mjs';
