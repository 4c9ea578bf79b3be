import type { ChatGeneration, ChatGenerationChunk, ChatResult, Generation } from '@langchain/core/outputs';
import type { AnyGeneration } from './answer-facts.js';
import type { CoreCopy } from './core-copy.js';
import { packMessage, unpackMessage, type PackedMessage } from './packed-message.js';

/** A generation as data. */
export interface PackedGeneration {
  readonly text: string;
  /** Absent of models that are no chat models. */
  readonly message?: PackedMessage;
  readonly info?: Record<string, unknown>;
  /** Whether it is a `ChatGenerationChunk`. */
  readonly isChunk?: true;
}

/** A whole answer as data. */
export interface PackedResult {
  readonly generations: readonly PackedGeneration[];
  readonly llmOutput?: Record<string, unknown>;
}

/** `undefined` when its message is of a class of somebody else's. */
export function packGeneration(generation: AnyGeneration): PackedGeneration | undefined {
  const { text, message, generationInfo } = generation;
  const packed = message && packMessage(message);
  if (message !== undefined && packed === undefined) return undefined;
  return {
    text,
    ...(packed && { message: packed }),
    ...(generationInfo && { info: generationInfo }),
    // By what it can do: a model that was required is of another copy of the class than what was imported.
    ...(hasConcat(generation) && { isChunk: true as const }),
  };
}

function hasConcat(value: object): boolean {
  return typeof Reflect.get(value, 'concat') === 'function';
}

/** Of a list all or none. */
export function packGenerations(generations: readonly AnyGeneration[]): PackedGeneration[] | undefined {
  const packed = generations.map(packGeneration);
  return packed.every((one) => one !== undefined) ? packed : undefined;
}

export function unpackGeneration(
  { text, message, info, isChunk }: PackedGeneration,
  copy: CoreCopy,
): Generation | ChatGeneration {
  const rest = { text, ...(info && { generationInfo: info }) };
  if (message === undefined) return rest;
  const generation = { ...rest, message: unpackMessage(message, copy) };
  return isChunk
    ? new copy.ChatGenerationChunk(generation as ConstructorParameters<typeof ChatGenerationChunk>[0])
    : generation;
}

export function packResult({ generations, llmOutput }: ChatResult): PackedResult | undefined {
  const packed = packGenerations(generations);
  return packed && { generations: packed, ...(llmOutput && { llmOutput: llmOutput as Record<string, unknown> }) };
}

export function unpackResult({ generations, llmOutput }: PackedResult, copy: CoreCopy): ChatResult {
  return {
    generations: generations.map((one) => unpackGeneration(one, copy)) as ChatGeneration[],
    ...(llmOutput && { llmOutput }),
  };
}
