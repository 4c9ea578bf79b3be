/** What of a connection says whether it is encrypted. */
interface Secured {
  readonly url?: string | undefined;
  readonly tls?: boolean | Record<string, unknown> | undefined;
}

/**
 * The options for `tls.connect`; `undefined`: the connection is plain.
 *
 * - ioredis knows a url for TLS by its small letters, while the schemes of urls have no case (RFC 3986 section 3.1): a
 *   `REDISS://` would be a connection in plain text.
 * - What is not asked for otherwise is checked. Left open, `NODE_TLS_REJECT_UNAUTHORIZED=0`, set perhaps for something
 *   else in the process, would take the check away.
 * - A member that is `undefined` is not set: Node takes `checkServerIdentity: undefined` for a function, and fails.
 */
export function tlsOf({ url, tls }: Secured): Record<string, unknown> | undefined {
  const given = typeof tls === 'object' ? tls : {};
  const asked = tls === true || typeof tls === 'object' || /^rediss:/i.test(url ?? '');
  if (!asked) return undefined;
  const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return { rejectUnauthorized: true, ...set };
}
