import { AIMessage, BaseMessage } from '@langchain/core/messages';
import { CacheUsageError } from '../../support/errors.js';
import { requirePackage } from '../../support/lazy-package.js';

const SUPPORTED = 1;

/** What is installed, as far as it can be seen. */
export interface InstalledCore {
  /** `undefined` in a bundle, where no package tells its version. */
  readonly version: string | undefined;
  readonly messageClass: unknown;
}

let known: InstalledCore | undefined;

/** @throws CacheUsageError when the installed `@langchain/core` is none that this adapter knows. */
export function requireInstalledCore(
  installed = (known ??= { version: installedVersion(), messageClass: AIMessage }),
): void {
  const { version, messageClass } = installed;
  // Of all that is used the one thing that no version before 1 has.
  const isOld = typeof Reflect.get(messageClass as object, 'isInstance') !== 'function';
  if (!isOld && isSupported(version)) return;
  throw new CacheUsageError(
    `nestjs-cached/langchain needs @langchain/core ${SUPPORTED}; installed is ${version ?? 'an older one'}. ` +
      `Install it: npm install @langchain/core@${SUPPORTED}`,
  );
}

function installedVersion(): string | undefined {
  try {
    const { version } = requirePackage('@langchain/core/package.json', 'The adapter') as { readonly version?: unknown };
    return typeof version === 'string' ? version : undefined;
  } catch {
    return undefined;
  }
}

function isSupported(version: string | undefined): boolean {
  return version === undefined || Number.parseInt(version, 10) === SUPPORTED;
}

/** @throws CacheUsageError for what is no model of LangChain, or one of another `@langchain/core` than 1. */
export function requireModel(model: unknown): void {
  requireInstalledCore();
  if (!isChatModel(model)) {
    throw new CacheUsageError(
      `What should be a chat model of LangChain has no _generate; got ${nameOf(model)}. Give the model itself, and bind tools ` +
        'to what is returned.',
    );
  }
  const version = versionOf(model);
  if (isSupported(version)) return;
  throw new CacheUsageError(
    `${nameOf(model)} is a model of @langchain/core ${version}; nestjs-cached/langchain knows version ${SUPPORTED}.`,
  );
}

/** As `BaseLangChain` notes it; `undefined` of versions that do not. */
function versionOf(model: object): string | undefined {
  const metadata: unknown = Reflect.get(model, 'metadata');
  const versions: unknown = isObject(metadata) ? Reflect.get(metadata, 'versions') : undefined;
  const version: unknown = isObject(versions) ? Reflect.get(versions, '@langchain/core') : undefined;
  return typeof version === 'string' ? version : undefined;
}

function isChatModel(model: unknown): model is object {
  return (
    isObject(model) &&
    ['_generate', '_llmType', 'invoke'].every((name) => typeof Reflect.get(model, name) === 'function')
  );
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function nameOf(value: unknown): string {
  if (!isObject(value)) return value === null ? 'null' : `a value of type ${typeof value}`;
  return value instanceof BaseMessage ? 'a message' : (value.constructor?.name ?? 'an object');
}
