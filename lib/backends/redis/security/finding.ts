import type { SecurityCode, SecurityFinding, SecurityLevel } from '../../../contracts/security.js';

export function finding(level: SecurityLevel, code: SecurityCode, what: string, remedy: string): SecurityFinding {
  return { level, code, what, remedy };
}

/** Something that nobody could tell. */
export function unchecked(what: string, remedy: string): SecurityFinding {
  return finding('warning', 'unchecked', what, remedy);
}
