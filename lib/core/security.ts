import type { SecurityFinding, SecurityReport } from '../contracts/security.js';
import { publicMessageOf } from '../support/public-message.js';
import { withTimeLimit } from '../support/time-limit.js';
import type { CacheParts } from './parts.js';

/** In milliseconds: for a backend that never answers. Redis has a shorter limit of its own. */
const CHECK_LIMIT = 5_000;

/** What a person should look at. Never rejects: what cannot be found out is a finding too. */
export async function checkSecurity({ clock, store }: CacheParts): Promise<SecurityReport> {
  const backend = store.name;
  // Nobody else comes near what is in the process.
  if (store.tier === 'l1') return { backend, findings: [] };
  try {
    const check = store.checkSecurity?.();
    if (!check) return { backend, findings: [unchecked(`The backend ${backend} has no check of its own.`)] };
    const findings = await withTimeLimit(clock, `security of ${backend}`, CHECK_LIMIT, check);
    return { backend, findings: [...findings].sort((a, b) => rank(a) - rank(b)) };
  } catch (error) {
    return { backend, findings: [unchecked(`The backend ${backend} could not be checked: ${publicMessageOf(error)}`)] };
  }
}

function rank({ level }: SecurityFinding): number {
  return level === 'danger' ? 0 : 1;
}

function unchecked(what: string): SecurityFinding {
  return { level: 'warning', code: 'unchecked', what, remedy: 'Check by hand how it is reached, and by whom.' };
}
