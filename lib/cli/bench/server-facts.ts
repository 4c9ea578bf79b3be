import type { ServerFacts } from './report.js';

/** What INFO tells, as far as it is there. */
export function serverFacts(info: string): ServerFacts {
  const lines = new Map(
    info.split(/\r?\n/).flatMap((line): [string, string][] => {
      const colon = line.indexOf(':');
      return colon <= 0 ? [] : [[line.slice(0, colon), line.slice(colon + 1)]];
    }),
  );
  const number = (name: string): number | undefined => {
    const text = lines.get(name);
    return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
  };
  // Valkey tells both; the version that it says to be compatible with is not its own.
  const valkey = lines.get('valkey_version');
  const redis = lines.get('redis_version');
  const facts = {
    version: valkey === undefined ? redis && `Redis ${redis}` : `Valkey ${valkey}`,
    maxMemory: number('maxmemory'),
    usedMemory: number('used_memory'),
    policy: lines.get('maxmemory_policy'),
    isCluster: lines.has('cluster_enabled') ? lines.get('cluster_enabled') === '1' : undefined,
    trackingClients: number('tracking_clients'),
  };
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
}
