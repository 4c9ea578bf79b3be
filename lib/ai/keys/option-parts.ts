import { Buffer } from 'node:buffer';
import { types } from 'node:util';

import { canonicalKey } from '../../core/canonical-key.js';
import { CacheKeyError } from '../../support/errors.js';
import { messageOf } from '../../support/message-of.js';
import { sha256 } from '../../support/sha256.js';
import { classify } from '../../support/value-kind.js';
import { headerEntries } from './header-entries.js';
import { type IgnoredPaths, isCallback, isIgnoredOption } from './ignored-options.js';
import { type KeyPart, pathTo, stringPart } from './key-part.js';
import { modelIdentity } from './model-identity.js';
import { isProviderTool, isUnreadable, schemaKind } from './schema-kind.js';

/** In containers, as `canonicalKey` has it. */
const DEPTH_LIMIT = 256;
/** In UTF-16 code units. The text of a Map or a class instance that is longer is kept as a digest. */
const TEXT_LIMIT = 1024;

const ROOT = 'options';
const IN_TOOLS = /^options\.tools[.[]/;

/**
 * Takes the options of a request apart into the values its key depends on, each with its path. Two lists are equal exactly
 * when the options ask for the same: order of properties and what changes no answer aside, and with a property that is
 * `undefined` as absent as no client sends it. Bytes count by their digest, whichever of `Buffer`, `Uint8Array`,
 * `Uint8ClampedArray`, `DataView` or `ArrayBuffer` holds them; everything that is no plain object or array as in
 * `canonicalKey`. A `data:` URL is a string like others.
 */
export class OptionParts {
  readonly #parts: KeyPart[] = [];
  /** The containers around the value at hand. */
  readonly #above: object[] = [];
  #model: string | undefined;
  /** What is being read, for errors. */
  #at = ROOT;

  constructor(private readonly ignored: IgnoredPaths) {}

  /** The model's id, once the options have been taken. */
  get model(): string | undefined {
    return this.#model;
  }

  /** @throws CacheKeyError naming the path of what has no stable identity. */
  take(options: object): readonly KeyPart[] {
    try {
      for (const name of Object.keys(options).sort()) {
        if (isIgnoredOption(name)) continue;
        const ignored = this.ignored.below(name);
        if (ignored?.isEnd === true) continue;
        const path = pathTo(ROOT, name);
        this.#at = path;
        this.#takeOption(name, Reflect.get(options, name), path, ignored);
      }
      refuseSymbols(options, ROOT);
    } catch (error) {
      if (error instanceof CacheKeyError) throw error;
      throw new CacheKeyError(this.#at, `cannot be read (${messageOf(error)})`);
    }
    return this.#parts;
  }

  #takeOption(name: string, value: unknown, path: string, ignored: IgnoredPaths | undefined): void {
    if (name === 'headers' && isSet(value)) this.#takeHeaders(value, path, ignored);
    else if (name === 'model' && isSet(value)) this.#takeModel(value, path, ignored);
    else this.#takeProperty(name, value, path, ignored);
  }

  #takeHeaders(headers: unknown, path: string, ignored: IgnoredPaths | undefined): void {
    for (const [name, values] of headerEntries(headers, path)) {
      if (ignored?.below(name)?.isEnd === true) continue;
      this.#takeValue(values.length === 1 ? values[0] : values, pathTo(path, name), undefined);
    }
  }

  #takeModel(model: unknown, path: string, ignored: IgnoredPaths | undefined): void {
    const { id, rest } = modelIdentity(model, path);
    this.#model = id;
    this.#parts.push(stringPart(path, id));
    for (const name of Object.keys(rest).sort()) {
      const below = ignored?.below(name);
      if (below?.isEnd !== true) this.#takeProperty(name, rest[name], pathTo(path, name), below);
    }
  }

  #takeProperty(name: string, value: unknown, path: string, ignored: IgnoredPaths | undefined): void {
    if (value === undefined) return;
    if (typeof value === 'function' && isCallback(name, IN_TOOLS.test(path))) return;
    this.#takeValue(value, path, ignored);
  }

  #takeValue(value: unknown, path: string, ignored: IgnoredPaths | undefined): void {
    this.#at = path;
    if (typeof value === 'string') {
      this.#parts.push(stringPart(path, value));
    } else if (typeof value === 'object' && value !== null) {
      this.#takeObject(value, path, ignored);
    } else {
      if (typeof value === 'function') throw new CacheKeyError(path, functionFault(value));
      this.#parts.push({ path, text: canonicalKey(value, path) });
    }
  }

  #takeObject(value: object, path: string, ignored: IgnoredPaths | undefined): void {
    const schema = schemaKind(value);
    if (schema === 'foreign') throw new CacheKeyError(path, SCHEMA_FAULT);
    const { kind } = classify(value);
    if (kind === 'object') return this.#inside(value, path, () => this.#takeRecord(value, path, ignored, schema));
    if (kind === 'array') return this.#inside(value, path, () => this.#takeArray(value as unknown[], path, ignored));
    const bytes = bytesOf(value);
    if (bytes) this.#parts.push({ path, text: `Bytes(#${sha256(bytes)}.${bytes.length})` });
    else this.#parts.push({ path, text: instanceText(value, path) });
  }

  #takeRecord(record: object, path: string, ignored: IgnoredPaths | undefined, schema: 'json' | undefined): void {
    const before = this.#parts.length;
    for (const name of Object.keys(record).sort()) {
      const below = ignored?.below(name);
      if (below?.isEnd === true) continue;
      const inner = pathTo(path, name);
      this.#at = inner;
      const value: unknown = Reflect.get(record, name);
      if (schema === 'json' && typeof value === 'function') continue;
      if (isUnreadable(name, value) && IN_TOOLS.test(path) && isProviderTool(record)) continue;
      this.#takeProperty(name, value, inner, below);
    }
    if (schema !== 'json') refuseSymbols(record, path);
    if (this.#parts.length === before) this.#parts.push({ path, text: '{}' });
  }

  #takeArray(array: readonly unknown[], path: string, ignored: IgnoredPaths | undefined): void {
    if (array.length === 0) this.#parts.push({ path, text: '[]' });
    for (let index = 0; index < array.length; index++) this.#takeValue(array[index], pathTo(path, index), ignored);
  }

  #inside(container: object, path: string, take: () => void): void {
    if (this.#above.includes(container)) throw new CacheKeyError(path, 'is circular');
    if (this.#above.length >= DEPTH_LIMIT) {
      throw new CacheKeyError(path, `is nested more than ${DEPTH_LIMIT} levels deep`);
    }
    this.#above.push(container);
    take();
    this.#above.pop();
  }
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null;
}

const SCHEMA_FAULT =
  'is a schema object of a library, whose JSON schema cannot be read from it. Pass that (z.toJSONSchema(schema), or ' +
  'jsonSchema() of the AI SDK)';

const LANGCHAIN_FAULT =
  'is an object of LangChain that does not tell what it is made of. Pass what the model is given of it ' +
  '(convertToOpenAITool(tool))';

function functionFault(value: object): string {
  if (schemaKind(value) === 'foreign') return SCHEMA_FAULT;
  return 'is a function, and none that only listens or does the work of a tool. Leave it out of the options, or ignore its path';
}

/** `undefined` where the type of the elements is part of what the bytes mean. */
function bytesOf(value: object): Uint8Array | undefined {
  if (types.isUint8Array(value) || types.isUint8ClampedArray(value) || types.isDataView(value)) {
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  }
  return types.isArrayBuffer(value) ? Buffer.from(value) : undefined;
}

function instanceText(value: object, path: string): string {
  if (value instanceof Blob) {
    throw new CacheKeyError(
      path,
      `is a ${value.constructor.name}, whose bytes cannot be read without waiting. Await them`,
    );
  }
  // `Serializable` of LangChain, a tool say: all that its `toJSON` tells is the name of its class.
  if (Reflect.get(value, 'lc_serializable') === false) throw new CacheKeyError(path, LANGCHAIN_FAULT);
  const text = canonicalKey(value, path);
  return text.length > TEXT_LIMIT ? `@#${sha256(text)}.${text.length}` : text;
}

/** As `canonicalKey` does: no client sends them, and whoever writes one means something by it. */
function refuseSymbols(record: object, path: string): void {
  for (const symbol of Object.getOwnPropertySymbols(record)) {
    if (!Object.prototype.propertyIsEnumerable.call(record, symbol)) continue;
    throw new CacheKeyError(path, `has the symbol key ${String(symbol)}`);
  }
}
