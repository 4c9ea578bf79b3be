import { BaseMessage } from '@langchain/core/messages';
import { toJsonSchema } from '@langchain/core/utils/json_schema';
import { schemaKind } from '../../ai/keys/schema-kind.js';
import { CacheKeyError } from '../../support/errors.js';
import { messageOf } from '../../support/message-of.js';
import { classify } from '../../support/value-kind.js';
import { messageRecord } from './message-record.js';
import { isToolLike, toolRecord } from './tool-record.js';

/**
 * The value as data that a key can be made of: messages and tools as the model sees them, schemas as JSON schemas. Bytes,
 * dates and the like stay as they are.
 * @param manner What becomes of functions and of instances of classes. `refuse`: they stay, for the maker of the key to
 *   refuse. `drop`: they are machinery, and left out.
 * @throws CacheKeyError for what is circular, and for schemas of which no JSON schema can be made.
 */
export function keyable(value: unknown, path: string, manner: 'refuse' | 'drop'): unknown {
  return new Keyable(manner === 'drop').of(value, path);
}

class Keyable {
  /** The containers around the value at hand. */
  private readonly above: object[] = [];

  constructor(private readonly drops: boolean) {}

  of(value: unknown, path: string): unknown {
    const isObject = (typeof value === 'object' && value !== null) || typeof value === 'function';
    if (isObject && schemaKind(value) === 'foreign') return schemaOf(value, path);
    if (typeof value === 'function') return this.drops ? undefined : value;
    if (!isObject) return value;
    if (BaseMessage.isInstance(value)) return this.inside(value, path, messageRecord(value));
    const { kind } = classify(value);
    if (kind === 'object' || kind === 'array') return this.inside(value, path, value);
    const tool = toolRecord(value);
    if (tool !== undefined) return this.inside(value, path, tool);
    return this.drops && (kind === 'instance' || kind === 'refused') ? undefined : value;
  }

  private inside(container: object, path: string, content: object): unknown {
    if (this.above.includes(container)) throw new CacheKeyError(path, 'is circular');
    this.above.push(container);
    try {
      return Array.isArray(content) ? this.array(content, path) : this.record(content, path);
    } finally {
      this.above.pop();
    }
  }

  private array(array: readonly unknown[], path: string): unknown[] {
    return array.map((item, index) => this.of(item, `${path}[${index}]`));
  }

  private record(record: object, path: string): object {
    const isTool = isToolLike(record);
    const kept: [name: string, value: unknown][] = [];
    for (const [name, value] of Object.entries(record) as [string, unknown][]) {
      const taken = this.of(value, `${path}.${name}`);
      // What a tool does is nothing to the model.
      if (taken !== undefined && !(isTool && typeof taken === 'function')) kept.push([name, taken]);
    }
    return Object.fromEntries(kept);
  }
}

function schemaOf(schema: object, path: string): unknown {
  let json: unknown;
  try {
    json = toJsonSchema(schema);
  } catch (error) {
    throw new CacheKeyError(path, `is a schema of which no JSON schema can be made (${messageOf(error)})`);
  }
  if (json === schema) {
    throw new CacheKeyError(path, 'is a schema of a library that tells no JSON schema. Pass the JSON schema');
  }
  // A copy has not the sign of a schema that a library leaves on the JSON it has made.
  return { ...(json as object) };
}
