import { fieldOf, objectField, textField } from './fields.js';
import { finishOf } from './finish-reason.js';
import type { StreamTally } from './stream-tally.js';

/** The types of both unions that say nothing of the answer itself. */
const SILENT: ReadonlySet<unknown> = new Set([
  ...['stream-start', 'text-start', 'text-end', 'reasoning-start', 'reasoning-delta', 'reasoning-end'],
  ...['tool-input-start', 'tool-input-delta', 'tool-input-end', 'tool-result', 'tool-error'],
]);

/** So are events of an application called, too, which no `finish` need follow. */
const COMMON: ReadonlySet<unknown> = new Set([
  ...['start', 'reasoning', 'source', 'raw', 'file', 'object', 'ping', 'custom', 'reasoning-file'],
]);

/**
 * `TextStreamPart` and `ObjectStreamPart` of the AI SDK (`fullStream`), and the parts of a model itself
 * (`LanguageModelV2StreamPart` to `LanguageModelV4StreamPart`). Their end is `finish`. `false` when the item is none of them.
 */
export function takeAiSdkPart(item: object, tally: StreamTally): boolean {
  const type = fieldOf(item, 'type');
  if (!SILENT.has(type) && !takeTelling(type, item, tally) && !COMMON.has(type)) return false;
  if (!COMMON.has(type)) tally.begin();
  return true;
}

function takeTelling(type: unknown, item: object, tally: StreamTally): boolean {
  switch (type) {
    case 'text-delta':
      // `delta` of a model, `text` of the SDK, `textDelta` of its version 4.
      tally.addText(textField(item, 'text') ?? textField(item, 'delta') ?? textField(item, 'textDelta'));
      return true;
    case 'file':
    case 'object':
    case 'custom':
    case 'reasoning-file':
      tally.addOther();
      return true;
    // Of a tool that the provider would run itself, once somebody has allowed it: asked for in this conversation alone.
    case 'tool-approval-request':
      tally.hasToolCalls = true;
      return true;
    case 'tool-call':
      if (fieldOf(item, 'providerExecuted') !== true) tally.hasToolCalls = true;
      return true;
    case 'start-step':
      // The tools of the step before have been run: their results are what this one is about.
      tally.hasToolCalls = false;
      return true;
    case 'response-metadata':
      tally.addModel(textField(item, 'modelId'));
      return true;
    case 'finish-step':
      tally.addModel(textField(fieldOf(item, 'response'), 'modelId'));
      tally.addUsage(fieldOf(item, 'usage'));
      return true;
    case 'finish':
      takeFinish(item, tally);
      return true;
    case 'abort':
      tally.abort();
      return true;
    default:
      return false;
  }
}

function takeFinish(item: object, tally: StreamTally): void {
  const reason = fieldOf(item, 'finishReason');
  tally.addFinish(reason);
  tally.addUsage(fieldOf(item, objectField(item, 'totalUsage') ? 'totalUsage' : 'usage'));
  tally.addModel(textField(fieldOf(item, 'response'), 'modelId'));
  // The SDK writes this part too when the provider's own stream breaks off: as one that has told no reason.
  if (reason === undefined || finishOf(reason) !== undefined) tally.end();
}
