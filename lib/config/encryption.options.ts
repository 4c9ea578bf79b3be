import type { EncryptionOptions } from '../contracts/encoding-options.js';
import { IsKeyList } from './checks/is-key-list.js';
import { IsFunction } from './checks/is-live-object.js';
import type { FieldsOf } from './option-fields.js';

export class EncryptionFields implements FieldsOf<EncryptionOptions> {
  @IsKeyList() keys: unknown;
  @IsFunction() tenantKeys: unknown;
}
