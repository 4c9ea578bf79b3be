/** A command that a cache never needs, with what the server groups it under. */
export interface RiskyCommand {
  readonly shown: string;
  /** As `ACL DRYRUN` takes it: the right number of arguments, none of which means anything. */
  readonly call: readonly [string, ...string[]];
  /** The categories of it, as in Redis 6.0 to 8. */
  readonly categories: readonly string[];
}

const ADMIN = ['admin', 'slow', 'dangerous'];
const KEYSPACE = ['keyspace', 'slow', 'dangerous'];

export const RISKY_COMMANDS: readonly RiskyCommand[] = [
  { shown: 'FLUSHALL', call: ['flushall'], categories: [...KEYSPACE, 'write'] },
  { shown: 'FLUSHDB', call: ['flushdb'], categories: [...KEYSPACE, 'write'] },
  { shown: 'KEYS', call: ['keys', '*'], categories: [...KEYSPACE, 'read'] },
  { shown: 'SWAPDB', call: ['swapdb', '0', '1'], categories: ['keyspace', 'write', 'fast', 'dangerous'] },
  { shown: 'CONFIG SET', call: ['config', 'set', 'maxmemory', '0'], categories: ADMIN },
  { shown: 'CONFIG GET', call: ['config', 'get', 'requirepass'], categories: ADMIN },
  { shown: 'DEBUG', call: ['debug', 'help'], categories: ADMIN },
  { shown: 'SHUTDOWN', call: ['shutdown'], categories: ADMIN },
  { shown: 'MODULE LOAD', call: ['module', 'load', 'none'], categories: ADMIN },
  { shown: 'REPLICAOF', call: ['replicaof', 'no', 'one'], categories: ADMIN },
  { shown: 'MONITOR', call: ['monitor'], categories: ADMIN },
  { shown: 'ACL SETUSER', call: ['acl', 'setuser', 'nobody'], categories: ADMIN },
  { shown: 'SCRIPT FLUSH', call: ['script', 'flush'], categories: ['slow', 'scripting'] },
  { shown: 'FUNCTION FLUSH', call: ['function', 'flush'], categories: ['write', 'slow', 'scripting'] },
];
