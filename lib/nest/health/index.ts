export { CacheHealthIndicator } from './cache-health.indicator.js';
