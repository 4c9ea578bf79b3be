import type { Scope } from '../../contracts/scope.js';
import { CacheFormatError } from '../../support/errors.js';
import type { Version, VersionCache, VersionReading } from './version-cache.js';
import { decodeScopeRecord, decodeTagRecord, type ScopeRecord } from './version-record.js';

/** The versions as one look found them. `undefined`: there is none. */
export interface FoundVersions {
  readonly scopes: ReadonlyMap<string, ScopeRecord | undefined>;
  readonly tags: ReadonlyMap<string, string | undefined>;
  /** The counter of the scope's tags; only where several processes share them. */
  readonly anyTag?: string | undefined;
  /** Set when a record stood there that cannot be read. */
  readonly broken?: CacheFormatError | undefined;
}

/** What a process knows without asking. */
export interface RememberedVersions {
  /** Whether that of the scope, or of one above it. */
  readonly scopes: boolean;
  readonly tags: readonly string[];
}

/** Where the versions of a scope and of some tags stand, in the order they are read. */
export interface VersionKeys {
  readonly scope: Scope;
  readonly tags: readonly string[];
  readonly scopes: readonly string[];
  readonly anyTag: string | undefined;
  readonly tagKeys: readonly string[];
}

/** One look at versions: those that are at hand, and those that have to be asked for. */
export class VersionRead {
  /** Wire keys to ask for, in the order in which `found` takes the answers. */
  readonly asked: readonly string[];
  private readonly known: ReadonlyMap<string, Version>;
  private readonly reading: VersionReading | undefined;
  /** What was found, where nothing had to be asked for: the same for everybody. */
  private atHand: FoundVersions | undefined;

  constructor(
    private readonly keys: VersionKeys,
    cache: VersionCache | undefined,
  ) {
    const known = new Map<string, Version>();
    const asked: string[] = [];
    for (const key of allOf(keys)) {
      const version = cache?.get(key);
      if (version === undefined) asked.push(key);
      else known.set(key, version);
    }
    this.asked = asked;
    this.known = known;
    this.reading = asked.length === 0 ? undefined : cache?.begin(asked);
  }

  /** Which of the versions were at hand. */
  get remembered(): RememberedVersions {
    const { scopes, tags, tagKeys } = this.keys;
    const isKnown = (key: string): boolean => this.known.has(key);
    return { scopes: scopes.some(isKnown), tags: tags.filter((_, index) => isKnown(tagKeys[index]!)) };
  }

  found(answers: readonly (Uint8Array | undefined)[]): FoundVersions {
    return this.asked.length === 0 ? (this.atHand ??= this.put(answers)) : this.put(answers);
  }

  private put(answers: readonly (Uint8Array | undefined)[]): FoundVersions {
    const { asked, known, reading } = this;
    const { scope, tags, scopes, anyTag, tagKeys } = this.keys;
    const read = asked.map((key, index) => decode(answers[index], scopes.includes(key)));
    reading?.settle(read);
    const versions = new Map<string, Version | undefined>([
      ...known,
      ...asked.map((key, at) => [key, read[at]] as const),
    ]);
    const at = asked.findIndex((_, index) => answers[index] !== undefined && read[index] === undefined);
    return {
      scopes: new Map(
        scope.lineage.map((path, index) => [path, versions.get(scopes[index]!) as ScopeRecord | undefined]),
      ),
      tags: new Map(tags.map((tag, index) => [tag, versions.get(tagKeys[index]!) as string | undefined])),
      anyTag: anyTag === undefined ? undefined : (versions.get(anyTag) as string | undefined),
      broken: at === -1 ? undefined : new CacheFormatError(`The version ${asked[at]} cannot be read.`),
    };
  }

  /** To be called whatever came of it. */
  end(): void {
    this.reading?.end();
  }
}

function allOf({ scopes, anyTag, tagKeys }: VersionKeys): string[] {
  return [...scopes, ...(anyTag === undefined ? [] : [anyTag]), ...tagKeys];
}

/** A backend may answer anything; what is no bytes is no version. */
export function decode(answer: Uint8Array | undefined, isScope: boolean): Version | undefined {
  if (!(answer instanceof Uint8Array)) return undefined;
  return isScope ? decodeScopeRecord(answer) : decodeTagRecord(answer)?.version;
}
