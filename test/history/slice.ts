import { meet, type History, type HistoryEvent } from './history.js';
import type { Overlap } from './overlaps.js';
import type { StaleRead } from './staleness.js';

const MAX_LINES = 60;
const MAX_SOURCES = 3;
/** How much of what was before the old version was read or put is told, in milliseconds. */
const RUN_UP = 10;

/** What led to a stale read: the source's newer version, its invalidation, and what happened to the key until the read. */
export function sliceOf(history: History, { read, missed, required }: StaleRead): string {
  const raised = history.find(
    (event) => event.kind === 'raise' && event.key === read.key && event.version === required,
  );
  const ofKey = withoutChorus(history.filter((event) => concerns(event, read.key)));
  // Where the old version came from.
  const sources = ofKey
    .filter(({ kind, began }) => (kind === 'load' || kind === 'put') && began < read.ended)
    .filter((event) => 'version' in event && event.version === read.version)
    .toSorted((one, other) => one.began - other.began)
    .slice(-MAX_SOURCES);
  const from = Math.min(
    raised?.began ?? missed.began,
    missed.began,
    ...sources.slice(-1).map(({ began }) => began - RUN_UP),
  );
  const about = ofKey.filter(
    (event) =>
      event === raised ||
      sources.includes(event) ||
      (event.kind !== 'read' && event.kind !== 'put' && meet(event, { began: from, ended: read.ended })),
  );
  const head = `${nameOf(read.key)}: process ${read.process} was given version ${read.version}, at least ${required} was due.`;
  return [head, ...linesOf(about, [read, missed])].join('\n');
}

export function sliceOfOverlap(history: History, { first, second }: Overlap): string {
  const window = { began: first.began - 100, ended: second.ended };
  const about = history.filter((event) => concerns(event, first.key) && event.kind !== 'read' && meet(event, window));
  return [`${nameOf(first.key)} was loaded twice at a time.`, ...linesOf(about, [first, second])].join('\n');
}

/** Of errors that say the same of the same process, one after the other, the first. */
function withoutChorus(events: readonly HistoryEvent[]): HistoryEvent[] {
  const last = new Map<number, string>();
  return events.filter((event) => {
    if (event.kind !== 'trouble' || event.what !== 'error') return true;
    const isNew = last.get(event.process) !== event.detail;
    last.set(event.process, event.detail);
    return isNew;
  });
}

function concerns(event: HistoryEvent, key: string): boolean {
  if (event.kind === 'trouble' || event.kind === 'outage') return true;
  return event.kind === 'invalidation' ? event.keys.includes(key) : event.key === key;
}

function linesOf(events: readonly HistoryEvent[], needed: readonly HistoryEvent[]): string[] {
  const rest = events.filter((event) => !needed.includes(event));
  const chosen = rest.length <= MAX_LINES ? rest : [...rest.slice(0, MAX_LINES / 2), ...rest.slice(-MAX_LINES / 2)];
  const left = rest.length - chosen.length;
  return [
    ...[...chosen, ...needed]
      .toSorted((one, other) => one.began - other.began)
      .map((event) => `${needed.includes(event) ? '>' : ' '} ${lineOf(event)}`),
    ...(left > 0 ? [`  (${left} more left out)`] : []),
  ];
}

function lineOf(event: HistoryEvent): string {
  const when = `${event.began.toFixed(3)}..${event.ended.toFixed(3)} p${event.process} ${event.kind}`;
  switch (event.kind) {
    case 'read':
      return `${when} ${event.how} -> ${event.version}${event.heardFrom === undefined ? '' : ` heard ${event.heardFrom.toFixed(3)}`}`;
    case 'invalidation':
      return `${when} ${event.how} ${event.complete ? 'acknowledged' : 'failed'}`;
    case 'outage':
      return `${when} ${event.how} (${event.processes === 'all' ? 'all' : event.processes.join(', ')})`;
    case 'trouble':
      return `${when} ${event.what} ${event.detail}`;
    case 'load':
    case 'put':
    case 'raise':
      return `${when} ${event.version}`;
  }
}

function nameOf(key: string): string {
  return key.length > 30 ? `${key.slice(0, 30)}...` : key;
}
