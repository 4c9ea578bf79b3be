import { isIPv4 } from 'node:net';

/** Whether the host is this very machine, by its name or address alone: no name is looked up. RFC 6761 section 6.3. */
export function isLoopback(host: string): boolean {
  const name = host
    .toLowerCase()
    .replace(/^\[|\]$|\.$/g, '')
    .replace(/^::ffff:/, '');
  if (isIPv4(name)) return name.startsWith('127.');
  return name === '::1' || name === 'localhost' || name.endsWith('.localhost');
}
