import { CacheCapabilityError, CacheFormatError, CacheUsageError, CacheValueError } from '../../support/errors.js';
import { OverdueError } from '../../support/overdue-error.js';
import { messageOf } from '../../support/message-of.js';

/** How the replies begin with which a server says that it can do nothing, or nothing that matters, for anybody. */
const REFUSALS =
  /^(Redis [\w ]+: )?-?(LOADING|READONLY|OOM|MISCONF|NOREPLICAS|MASTERDOWN|CLUSTERDOWN|NOAUTH|WRONGPASS)\b/;

/** Nothing that the server has done just now. */
export function isCallersFault(error: unknown): boolean {
  return (
    error instanceof CacheValueError ||
    error instanceof CacheUsageError ||
    error instanceof CacheCapabilityError ||
    error instanceof CacheFormatError ||
    error instanceof OverdueError
  );
}

/** Whether it is useless to ask again at once: the server has said so itself. */
export function refusesService(error: unknown): boolean {
  return REFUSALS.test(messageOf(error));
}
