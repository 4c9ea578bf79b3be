import { CacheBackendError } from '../../support/errors.js';

/** What it takes to ask one server. */
export type Asker = (command: string, section: string) => Promise<unknown>;

/**
 * What a server calls itself: another text after each start. Redis and Valkey have a `run_id`; Dragonfly has none, and a
 * `master_replid` that it makes up when it starts.
 */
export async function identityOf(ask: Asker): Promise<string> {
  const runId = /^run_id:(\S+)/m.exec(String(await ask('INFO', 'server')))?.[1];
  if (runId !== undefined) return runId;
  const replicationId = /^master_replid:(\S+)/m.exec(String(await ask('INFO', 'replication')))?.[1];
  if (replicationId !== undefined) return replicationId;
  throw new CacheBackendError('The server does not say which one it is: INFO has neither run_id nor master_replid.');
}
