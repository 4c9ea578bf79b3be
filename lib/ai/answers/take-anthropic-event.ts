import { fieldOf, textField } from './fields.js';
import { readStop } from './read-anthropic.js';
import { readContentPart } from './read-openai-chat.js';
import type { StreamTally } from './stream-tally.js';

/** `RawMessageStreamEvent` of Anthropic. Its end is `message_stop`. `false` when the item is none. */
export function takeAnthropicEvent(item: object, tally: StreamTally): boolean {
  switch (fieldOf(item, 'type')) {
    case 'message_start': {
      const message = fieldOf(item, 'message');
      tally.addModel(textField(message, 'model'));
      tally.addUsage(fieldOf(message, 'usage'));
      break;
    }
    case 'content_block_start':
      readContentPart(fieldOf(item, 'content_block'), tally);
      break;
    case 'content_block_delta':
      // A `text_delta`; the other deltas have no `text`.
      tally.addText(textField(fieldOf(item, 'delta'), 'text'));
      break;
    case 'content_block_stop':
    case 'ping':
      break;
    case 'message_delta':
      readStop(fieldOf(item, 'delta'), tally);
      tally.addUsage(fieldOf(item, 'usage'));
      break;
    case 'message_stop':
      tally.end();
      break;
    default:
      return false;
  }
  tally.begin();
  return true;
}
