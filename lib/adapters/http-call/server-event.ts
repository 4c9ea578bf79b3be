/** What an event of a stream says. */
export interface ServerEvent {
  /** Empty where it has none. */
  readonly name: string;
  /** `undefined`: a comment, or an event without data, which clients do not see. */
  readonly data: string | undefined;
}

/** Reads one event, as the HTML standard has it (section 9.2.6). `id` and `retry` concern who reconnects; nobody does here. */
export function serverEvent(text: string): ServerEvent {
  let name = '';
  const data: string[] = [];
  for (const line of text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/)) {
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'data') data.push(value);
    else if (field === 'event') name = value;
  }
  return { name, data: data.length === 0 ? undefined : data.join('\n') };
}
