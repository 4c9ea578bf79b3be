import type { RedisOptions } from '../contracts/options.js';
import { IsDuration, type DurationLimits } from './checks/is-duration.js';
import { IsRedisClient } from './checks/is-live-object.js';
import { IsWholeNumber } from './checks/is-number.js';
import { IsHost, IsNodeList, IsRedisUrl, IsSocketPath } from './checks/is-redis-address.js';
import { IsOneOf, IsSecret, IsText } from './checks/is-text.js';
import { IsTls } from './checks/is-tls.js';
import type { FieldsOf } from './option-fields.js';

export const WAIT_LIMITS: DurationLimits = {
  notZero: 'nothing could ever answer in time',
  notInfinite: 'a frozen server would freeze every call',
};

export class RedisFields implements FieldsOf<RedisOptions> {
  @IsRedisUrl() url: unknown;
  @IsHost() host: unknown;
  @IsWholeNumber(1, 65_535) port: unknown;
  @IsSocketPath() path: unknown;
  @IsSecret() username: unknown;
  @IsSecret() password: unknown;
  @IsWholeNumber(0, 2 ** 31 - 1) db: unknown;
  @IsRedisClient() client: unknown;
  @IsDuration(WAIT_LIMITS) commandTimeout: unknown;
  @IsDuration(WAIT_LIMITS) connectTimeout: unknown;
  @IsWholeNumber(1, 1_000) connections: unknown;
  @IsTls() tls: unknown;
  @IsNodeList() nodes: unknown;
  @IsNodeList() sentinels: unknown;
  @IsText() sentinelName: unknown;
  @IsSecret() sentinelUsername: unknown;
  @IsSecret() sentinelPassword: unknown;
  @IsTls() sentinelTls: unknown;
  replicas: unknown;
  @IsOneOf('auto', 'tracking', 'pubsub', 'none') coherence: unknown;
  @IsOneOf('clear', 'trust') onServerChange: unknown;
}
