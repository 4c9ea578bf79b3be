import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { kindOf } from '../shown-value.js';
import { optionCheck } from './option-check.js';

/** `true`, `false`, or options for `tls.connect`. Certificates and keys must be such; other members are not looked at. */
export function IsTls(): PropertyDecorator {
  return optionCheck('isTls', (value) => {
    if (typeof value === 'boolean') return undefined;
    const kind = kindOf(value);
    if (kind !== 'an object') return `must be true, false or an object of options for tls.connect; got ${kind}.`;
    return contextFault(value as SecureContextOptions);
  });
}

/** ioredis gives a connection up for good when its socket cannot be made. No message holds any part of a key. */
function contextFault(options: SecureContextOptions): string | undefined {
  try {
    createSecureContext(options);
    return undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return `holds a ca, cert, key, pfx or passphrase that cannot be used${code === undefined ? '' : ` (${code})`}.`;
  }
}
