import { clientRecord } from './client-record.js';
import { isRunOption } from './ignored-names.js';

/** What `_getSerializedCacheKeyParametersForCall` of LangChain has put into one string, taken apart. */
export interface LlmKey {
  /** What the model is called; `undefined` when its integration does not tell. */
  readonly model: string | undefined;
  /** All that counts. Of a string of another form the string itself. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Why nothing can be told apart by it; `undefined` when it is good. */
  readonly fault: string | undefined;
}

const MODEL_NAMES = ['model_name', 'model', 'modelName', 'modelId', 'model_id', 'deploymentName'];

/** All that is left in JSON of an object of LangChain, a tool say, and of a schema of a library: not what it is made of. */
const FAULTS: readonly [sign: RegExp, fault: string][] = [
  [/"type":"not_implemented"/, 'holds an object of LangChain, such as a tool, of which only the class is told'],
  [/"~standard":|"_def":/, 'holds a schema of which not all is told'],
];

/** Without what changes no answer, such as an abort signal and the API key, which both stand in LangChain's string. */
export function readLlmKey(llmKey: string): LlmKey {
  const fault = FAULTS.find(([sign]) => sign.test(llmKey))?.[1];
  const entries = entriesOf(llmKey);
  if (entries === undefined) return { model: undefined, options: { llmKey }, fault };
  const kept = entries.filter(([name, value]) => name === 'context' || name === 'state' || !isRunOption(name, value));
  const counting = clientRecord(
    Object.fromEntries(kept.map(([name, value]) => [name, name === 'options' ? clientRecord(value, name) : value])),
    'llmKey',
  ) as Record<string, unknown> | undefined;
  const options = counting ?? {};
  const names = MODEL_NAMES.map((name) => options[name]);
  const model = names.find((name): name is string => typeof name === 'string' && name !== '');
  return { model, options, fault };
}

const NAME = /^[\w$.-]+$/;

/** `<name>:<JSON>`, joined by commas. `undefined` for anything else. */
function entriesOf(text: string): [name: string, value: unknown][] | undefined {
  const entries: [string, unknown][] = [];
  for (let at = 0; at < text.length;) {
    const colon = text.indexOf(':', at);
    if (!NAME.test(text.slice(at, Math.max(at, colon)))) return undefined;
    const end = endOfValue(text, colon + 1);
    const json = text.slice(colon + 1, end);
    try {
      // A function has no JSON, and LangChain writes that down.
      entries.push([text.slice(at, colon), json === 'undefined' ? undefined : JSON.parse(json)]);
    } catch {
      return undefined;
    }
    at = end + 1;
  }
  return entries.length === 0 ? undefined : entries;
}

/** The next comma that is in no string, array or object. */
function endOfValue(text: string, from: number): number {
  let depth = 0;
  let isInString = false;
  for (let at = from; at < text.length; at++) {
    const character = text[at]!;
    if (isInString) {
      if (character === '\\') at++;
      else if (character === '"') isInString = false;
    } else if (character === '"') isInString = true;
    else if (character === '[' || character === '{') depth++;
    else if (character === ']' || character === '}') depth--;
    else if (character === ',' && depth === 0) return at;
  }
  return text.length;
}
