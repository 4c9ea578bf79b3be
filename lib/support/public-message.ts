import { messageOf } from './message-of.js';

/** Greedy: a password that was not escaped may hold an `@` or a `/` of its own. */
const CREDENTIALS = /(\b[a-z][a-z0-9+.-]*:\/\/)[^\s"'<>]*@/gi;
/** How Redis ends its complaint about a command it does not know: with what it was given, be it a password or a value. */
const ARGUMENTS = /,? with args beginning with:[^]*$/i;

/** What an error says, fit for a log: without the credentials of a url and without the arguments of a command. */
export function publicMessageOf(error: unknown): string {
  // Not `instanceof Error`: errors of Node are of another realm inside a test runner. Where several addresses of one name
  // have failed, the error has a code and says nothing.
  const { message, code } = Object(error) as { message?: unknown; code?: unknown };
  const said = [message, code].find((text) => typeof text === 'string' && text !== '');
  return publicText((said as string | undefined) ?? messageOf(error));
}

export function publicText(text: string): string {
  return text.replace(ARGUMENTS, '.').replace(CREDENTIALS, '$1***@');
}
