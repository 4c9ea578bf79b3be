import type { AnswerFacts } from '../../ai/answers/answer-facts.js';
import { answerFacts } from '../../ai/answers/read-answer.js';
import { usageOf } from '../../ai/answers/usage.js';
import type { Endpoint } from '../http-call/endpoint.js';

type Body = Readonly<Record<string, unknown>>;

const stateless = (): boolean => false;

const CHAT: Endpoint = {
  operation: 'chat',
  streamEnd: 'done',
  // The caller wants the answer to be kept there.
  readsOrChangesState: ({ store }) => store === true,
  factsOf: (answer) => (Array.isArray(Reflect.get(answer, 'choices')) ? answerFacts(answer) : undefined),
};

const COMPLETIONS: Endpoint = { ...CHAT, operation: 'completions', readsOrChangesState: stateless };

const RESPONSES: Endpoint = {
  operation: 'responses',
  streamEnd: 'event',
  readsOrChangesState(body, mayRunTools) {
    const { store, background, conversation, previous_response_id: previous, tools } = body;
    if (store === true || background === true || isGiven(conversation) || isGiven(previous)) return true;
    return !mayRunTools && Array.isArray(tools) && tools.some(runsElsewhere);
  },
  factsOf: (answer) => (Reflect.get(answer, 'object') === 'response' ? answerFacts(answer) : undefined),
};

const EMBEDDINGS: Endpoint = {
  operation: 'embeddings',
  readsOrChangesState: stateless,
  factsOf: (answer) => listed(answer, 'data', 'embedding'),
};

const MODERATIONS: Endpoint = {
  operation: 'moderations',
  readsOrChangesState: stateless,
  factsOf: (answer) => listed(answer, 'results', 'categories'),
};

/** By the end of the path: what is before it is the provider's, a gateway's, or a deployment of Azure. */
const ENDPOINTS: readonly [path: RegExp, endpoint: Endpoint][] = [
  [/\/chat\/completions$/, CHAT],
  [/\/completions$/, COMPLETIONS],
  [/\/responses$/, RESPONSES],
  [/\/embeddings$/, EMBEDDINGS],
  [/\/moderations$/, MODERATIONS],
];

/** What can be asked of OpenAI, and of all that imitate it. */
export function openAiEndpoint({ pathname }: URL): Endpoint | undefined {
  return ENDPOINTS.find(([path]) => path.test(pathname))?.[1];
}

export function isEmbeddings(endpoint: Endpoint): boolean {
  return endpoint === EMBEDDINGS;
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/** A tool of a server that the provider calls by itself, or a container with files of its own: a hit would not do its work. */
function runsElsewhere(tool: unknown): boolean {
  if (typeof tool !== 'object' || tool === null) return false;
  const { type, container, environment } = tool as Body;
  return type === 'mcp' || typeof container === 'string' || hasMember(environment, 'container_id');
}

/** Of a list of results, each of which has a member of this name. */
function listed(answer: object, name: string, member: string): AnswerFacts | undefined {
  const { [name]: list, usage, model } = answer as Body;
  const isWhole = Array.isArray(list) && list.length > 0 && list.every((one) => hasMember(one, member));
  if (!isWhole || isGiven(Reflect.get(answer, 'error'))) return undefined;
  return {
    text: undefined,
    finish: 'stop',
    hasToolCalls: false,
    refused: false,
    usage: usageOf(usage),
    model: typeof model === 'string' ? model : undefined,
  };
}

function hasMember(one: unknown, member: string): boolean {
  return typeof one === 'object' && one !== null && isGiven(Reflect.get(one, member));
}
