import type { CacheModuleOptions } from '../contracts/options.js';
import type { ConfigFault } from '../support/errors.js';
import { isGroup } from './option-faults.js';

/** Where `disk` stands beside what has no use for it. */
export function diskFaults({ backend, disk, redis }: CacheModuleOptions): ConfigFault[] {
  if (disk === undefined || backend === 'disk') return [];
  if (redis === undefined && (backend === 'tiered' || backend === undefined)) return [];
  if (backend === 'tiered') {
    const message =
      "has no meaning with the backend 'tiered' and `redis`: there is one second tier. Leave out one of them.";
    return [{ path: 'disk', message }];
  }
  const other = typeof backend === 'string' ? `the backend '${backend}'` : backend ? 'a custom backend' : '`redis`';
  return [{ path: 'disk', message: `has no meaning with ${other}. Write backend: 'disk', or leave it out.` }];
}

/** What another source, such as the environment, may still add. */
export function incompleteDiskFaults({ backend, disk }: CacheModuleOptions): ConfigFault[] {
  if (disk === undefined) {
    if (backend !== 'disk') return [];
    const message = "'disk' needs the option `disk`, such as { directory }; in the environment CACHE_DISK_DIRECTORY.";
    return [{ path: 'backend', message }];
  }
  if (!isGroup(disk) || disk.directory !== undefined) return [];
  return [{ path: 'disk.directory', message: 'is missing; in the environment CACHE_DISK_DIRECTORY.' }];
}
