import type { SecurityFinding } from '../../../contracts/security.js';
import { AclQuestions, risksOf, type Ask, type Risks } from './acl-questions.js';
import { finding, unchecked } from './finding.js';

/** What a connection knows of the user it speaks for. */
export interface Credentials {
  /** `undefined`: none was named. */
  readonly username: string | undefined;
  readonly hasPassword: boolean;
  /** Whether others can reach the server. */
  readonly isRemote: boolean;
}

const DEFAULT_USER = 'default';

/** What is weak about the user: what the server says of it, and where it may not be asked, what the connection knows. */
export async function userFindings(ask: Ask, credentials: Credentials): Promise<SecurityFinding[]> {
  const questions = new AclQuestions(ask);
  const name = (await questions.whoAmI()) ?? credentials.username ?? DEFAULT_USER;
  const [user, dryRun] = await Promise.all([questions.describe(name), questions.dryRun(name)]);
  return [
    ...(name === DEFAULT_USER ? [defaultUser()] : []),
    ...passwordFindings(user?.nopass, credentials),
    ...riskFindings(dryRun ?? (user && risksOf(user))),
  ];
}

function defaultUser(): SecurityFinding {
  return finding(
    'warning',
    'default-user',
    'The cache is the default user of the server, as every client that names none.',
    'Make a user for the cache (ACL SETUSER, see docs/security.md) and name it in redis.username or the url.',
  );
}

function passwordFindings(nopass: boolean | undefined, { hasPassword, isRemote }: Credentials): SecurityFinding[] {
  if (nopass ?? !hasPassword) {
    return [
      finding(
        isRemote ? 'danger' : 'warning',
        'no-password',
        'The server lets this user in without a password, or with any.',
        'Give the user a password (ACL SETUSER ... resetpass >password) and set redis.password.',
      ),
    ];
  }
  if (nopass === false) return [];
  return [
    unchecked(
      'Whether the server insists on the password is not known: the user may not ask.',
      'Look at it with ACL GETUSER, or give the user +acl|getuser. That also shows it the hashes of all passwords.',
    ),
  ];
}

function riskFindings(risks: Risks | undefined): SecurityFinding[] {
  if (!risks) {
    return [
      unchecked(
        'What else the user may do is not known: it may not ask.',
        'Give the user +acl|dryrun (Redis 7) or +acl|getuser, or compare ACL LIST with docs/security.md.',
      ),
    ];
  }
  const found: SecurityFinding[] = [];
  if (risks.commands.length > 0) {
    found.push(
      finding(
        'warning',
        'dangerous-permission',
        `The user may run ${risks.commands.join(', ')}, which a cache never needs.`,
        'Start the rules of the user with -@all and add only what docs/security.md lists.',
      ),
    );
  }
  if (risks.everyKey) {
    found.push(
      finding(
        'warning',
        'all-keys',
        'The user may run EVAL on every key of the server, not only on those of this cache.',
        'Replace ~* by the patterns of the namespace, as docs/security.md lists them.',
      ),
    );
  }
  return found;
}
