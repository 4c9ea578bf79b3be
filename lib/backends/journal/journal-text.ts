import type { Buffer } from 'node:buffer';
import type { QueuedChange } from '../../contracts/journal.js';
import type { Scope } from '../../contracts/scope.js';
import { idPrefix, rootId } from '../../support/entry-id.js';
import { sha256 } from '../../support/sha256.js';
import { escapeSegment } from '../../support/wire-key.js';

/*
 * A journal on disk. FROZEN: what this version left behind, the next one reads, and the other way round after a roll-back.
 *
 *   file    line*; line = <the first 16 hex digits of the text's SHA-256> <blank> <text> <LF>; text is JSON, so without LF
 *   first   { "format": 1, "namespace": "<as the user wrote it>" }, in every format there will be
 *   then    { "kind": "key" | "tag" | "pattern", "scope": scope, "name": "..." } or { "kind": "scope", "scope": scope }
 *   scope   { "path", "namespace", "tenant" (if it is one), "lineage": [...] }
 *
 * JSON.stringify spells a lone surrogate as an escape (ECMA-262, "QuoteJSONString"), so any UTF-16 survives the UTF-8 here.
 */
const FORMAT = 1;
const DIGITS = 16;
const LINE_FEED = 0x0a;

const NAMED: ReadonlySet<unknown> = new Set(['key', 'tag', 'pattern']);

export function headLine(namespace: string): string {
  return lineOf({ format: FORMAT, namespace });
}

export function changeLine(change: QueuedChange): string {
  const { path, namespace, tenant, lineage } = change.scope;
  const scope = { path, namespace, tenant, lineage };
  return lineOf(
    change.kind === 'scope' ? { kind: change.kind, scope } : { kind: change.kind, scope, name: change.name },
  );
}

/**
 * The changes of a whole file; `undefined` when nobody can know which ones stood there. Never throws.
 *
 * A last line that is cut short is left out: its `append` never resolved. Any other line that is not as it was written may
 * have been any change.
 */
export function readText(bytes: Buffer, root: Scope): QueuedChange[] | undefined {
  const changes: QueuedChange[] = [];
  const scopes = new Map([[root.path, root]]);
  for (let start = 0, end = 0; start < bytes.length; start = end + 1) {
    end = bytes.indexOf(LINE_FEED, start);
    const torn = end === -1;
    if (torn) end = bytes.length;
    const record = parseLine(bytes.toString('utf8', start, end));
    if (!record) return torn ? changes : undefined;
    if (start === 0) {
      if (record['format'] !== FORMAT || record['namespace'] !== root.namespace) return undefined;
      continue;
    }
    const change = changeOf(record, root, scopes);
    if (!change) return undefined;
    changes.push(change);
  }
  return changes;
}

/** The scope of the namespace itself. */
export function rootOf(namespace: string): Scope {
  const path = escapeSegment(namespace);
  return { path, namespace, tenant: undefined, lineage: [path], idOf: rootId };
}

function lineOf(record: object): string {
  const text = JSON.stringify(record);
  return `${sha256(text).slice(0, DIGITS)} ${text}\n`;
}

function parseLine(line: string): Record<string, unknown> | undefined {
  const text = line.slice(DIGITS + 1);
  if (line.slice(0, DIGITS + 1) !== `${sha256(text).slice(0, DIGITS)} `) return undefined;
  try {
    const record: unknown = JSON.parse(text);
    return isRecord(record) ? record : undefined;
  } catch {
    return undefined;
  }
}

function changeOf(record: Record<string, unknown>, root: Scope, scopes: Map<string, Scope>): QueuedChange | undefined {
  const { kind, name } = record;
  const scope = scopeOf(record['scope'], root, scopes);
  if (!scope) return undefined;
  if (kind === 'scope') return { kind, scope };
  if (!NAMED.has(kind) || typeof name !== 'string') return undefined;
  return { kind: kind as 'key' | 'tag' | 'pattern', scope, name };
}

/** One object a path: a journal names few scopes, and each of them often. */
function scopeOf(record: unknown, root: Scope, scopes: Map<string, Scope>): Scope | undefined {
  if (!isRecord(record)) return undefined;
  const { path, namespace, tenant, lineage } = record;
  if (typeof path !== 'string' || typeof namespace !== 'string') return undefined;
  if (tenant !== undefined && typeof tenant !== 'string') return undefined;
  if (!isTexts(lineage) || lineage[0] !== root.path || lineage.at(-1) !== path) return undefined;
  const known = scopes.get(path);
  if (known) return known;
  const prefix = idPrefix(path);
  const scope: Scope = {
    path,
    namespace,
    tenant,
    lineage,
    idOf: lineage.length === 1 ? rootId : (key) => prefix + key,
  };
  scopes.set(path, scope);
  return scope;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
