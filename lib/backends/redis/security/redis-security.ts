import type { Clock } from '../../../contracts/clock.js';
import type { RedisClientLike } from '../../../contracts/options.js';
import type { SecurityCheck, SecurityFinding } from '../../../contracts/security.js';
import { publicMessageOf } from '../../../support/public-message.js';
import { withTimeLimit } from '../../../support/time-limit.js';
import { connectionFindings, connectionsOf, isRemote } from './connection-findings.js';
import { unchecked } from './finding.js';
import { userFindings, type Credentials } from './user-findings.js';

/** How long the server may take to answer all questions, in milliseconds. No caller of the cache waits for them. */
const ANSWER_LIMIT = 2_000;

/** The connections, and a way to ask over one of them. */
export interface AskedConnections {
  readonly clients: readonly RedisClientLike[];
  readonly ask: (command: string, ...args: string[]) => Promise<unknown>;
}

/** What is weak about the connections to Redis and the user they speak for. */
export class RedisSecurity implements SecurityCheck {
  constructor(
    private readonly links: AskedConnections,
    private readonly clock: Clock,
  ) {}

  /** Sends `ACL WHOAMI`, `GETUSER` and `DRYRUN`, nothing else. Never rejects. */
  async checkSecurity(): Promise<SecurityFinding[]> {
    // The user's part first: once connected, a socket knows more than the options.
    const ofUser = await this.ofUser();
    const ofConnections = this.links.clients.flatMap(connectionsOf).flatMap(connectionFindings);
    return unique([...ofConnections, ...ofUser]);
  }

  private async ofUser(): Promise<SecurityFinding[]> {
    try {
      return await withTimeLimit(this.clock, 'ACL', ANSWER_LIMIT, this.askServer());
    } catch (error) {
      return [
        unchecked(
          `The server could not be asked about the user: ${publicMessageOf(error)}`,
          'Check again when the server answers.',
        ),
      ];
    }
  }

  private askServer(): Promise<SecurityFinding[]> {
    return userFindings(this.links.ask, credentialsOf(this.links.clients[0]!));
  }
}

interface Login {
  readonly username?: string;
  readonly password?: string;
}

function credentialsOf(client: RedisClientLike): Credentials {
  const { options } = client as RedisClientLike & { options?: Login & { redisOptions?: Login } };
  // A cluster's client has them a step further down.
  const { username, password } = options?.redisOptions ?? options ?? {};
  return {
    // A url without a user gives an empty one.
    username: username === '' ? undefined : username,
    hasPassword: Boolean(password),
    get isRemote() {
      return connectionsOf(client).some(isRemote);
    },
  };
}

/** Every connection says the same of itself. */
function unique(findings: readonly SecurityFinding[]): SecurityFinding[] {
  return [...new Map(findings.map((each) => [each.code + each.what, each])).values()];
}
