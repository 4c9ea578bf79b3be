import { fieldOf, textField } from './fields.js';
import { readOutput, readOutputItem, readResponseEnd } from './read-openai-response.js';
import type { StreamTally } from './stream-tally.js';

/** The events that carry the response as it is at the end. */
const ENDS: ReadonlySet<string> = new Set([
  ...['response.completed', 'response.incomplete', 'response.failed', 'response.cancelled'],
]);

const ITEMS: ReadonlySet<string> = new Set(['response.output_item.added', 'response.output_item.done']);

/**
 * `ResponseStreamEvent` of OpenAI's Responses API. Its end is `response.completed`, `response.incomplete` or
 * `response.failed`. `false` when the item is none.
 */
export function takeOpenAiEvent(item: object, tally: StreamTally): boolean {
  const type = textField(item, 'type');
  if (type?.startsWith('response.') !== true) return false;
  tally.begin();
  if (type === 'response.output_text.delta') tally.addText(textField(item, 'delta'));
  else if (type === 'response.refusal.delta' || type === 'response.refusal.done') tally.refuse();
  else if (ITEMS.has(type)) readOutputItem(fieldOf(item, 'item'), tally);
  else if (type.startsWith('response.audio.')) tally.addOther();
  else if (ENDS.has(type)) {
    const response = fieldOf(item, 'response');
    // Imitators leave out events on the way, and tell of a call here alone.
    readOutput(response, tally);
    readResponseEnd(response, tally);
    // Also where the response itself does not say it again.
    if (type === 'response.failed') tally.addFinish('error');
    if (type === 'response.incomplete' && tally.finish === undefined) tally.addFinish('other');
    tally.end();
  }
  return true;
}
