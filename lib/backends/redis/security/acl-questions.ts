import { publicMessageOf } from '../../../support/public-message.js';
import { AclUser } from './acl-user.js';
import { RISKY_COMMANDS, type RiskyCommand } from './risky-commands.js';

/** Sends a command that only reads. */
export type Ask = (command: string, ...args: string[]) => Promise<unknown>;

/** What a user may do that a cache never needs. */
export interface Risks {
  readonly commands: readonly string[];
  readonly everyKey: boolean;
}

/** No pattern but one that lets every key pass is expected to match it. */
const STRANGE_KEY = '%%nestjs-cached-probe%%';

/**
 * What can be asked of a server about the user of a connection. `undefined`: the user may not ask, or the server does not
 * know the question. None of the questions changes anything; one that is refused leaves a line in the server's ACL LOG.
 */
export class AclQuestions {
  constructor(private readonly ask: Ask) {}

  async whoAmI(): Promise<string | undefined> {
    return textOf(await this.answer('WHOAMI'));
  }

  async describe(user: string): Promise<AclUser | undefined> {
    return AclUser.read(await this.answer('GETUSER', user));
  }

  /** Redis 7: the server itself says what it would refuse, and runs nothing. */
  async dryRun(user: string): Promise<Risks | undefined> {
    // The first one tells whether any may be asked: whoever may not should fill a single line of the log.
    if ((await this.answer('DRYRUN', user, 'PING')) === undefined) return undefined;
    const everyKey = this.wouldRun(user, ['eval', 'return 1', '1', STRANGE_KEY]);
    const may = await Promise.all(RISKY_COMMANDS.map(({ call }) => this.wouldRun(user, call)));
    return { commands: RISKY_COMMANDS.filter((_, index) => may[index]).map(shown), everyKey: await everyKey };
  }

  private async wouldRun(user: string, call: readonly string[]): Promise<boolean> {
    // A command that the server does not know is an error, and no risk.
    return textOf(await this.answer('DRYRUN', user, ...call)) === 'OK';
  }

  private async answer(...question: string[]): Promise<unknown> {
    try {
      return (await this.ask('ACL', ...question)) ?? undefined;
    } catch (error) {
      if (/\b(NOPERM|ERR)\b/.test(publicMessageOf(error))) return undefined;
      throw error;
    }
  }
}

/** The same, as far as the rules of the user tell. */
export function risksOf(user: AclUser): Risks {
  return {
    commands: RISKY_COMMANDS.filter((command) => user.may(command)).map(shown),
    everyKey: user.mayEvalOnEveryKey,
  };
}

function textOf(answer: unknown): string | undefined {
  if (typeof answer === 'string') return answer;
  return answer instanceof Uint8Array ? Buffer.from(answer).toString() : undefined;
}

function shown(command: RiskyCommand): string {
  return command.shown;
}
