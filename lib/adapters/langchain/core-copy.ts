import { BaseChatModel } from '@langchain/core/language_models/chat_models';
import { AIMessage, AIMessageChunk, ChatMessage, ChatMessageChunk } from '@langchain/core/messages';
import { ChatGenerationChunk } from '@langchain/core/outputs';
import { requirePackage } from '../../support/lazy-package.js';

/** The classes in which models answer. */
export interface CoreCopy {
  readonly AIMessage: typeof AIMessage;
  readonly AIMessageChunk: typeof AIMessageChunk;
  readonly ChatMessage: typeof ChatMessage;
  readonly ChatMessageChunk: typeof ChatMessageChunk;
  readonly ChatGenerationChunk: typeof ChatGenerationChunk;
}

/** Those that were imported with this adapter. */
export const IMPORTED: CoreCopy = { AIMessage, AIMessageChunk, ChatMessage, ChatMessageChunk, ChatGenerationChunk };

/**
 * The classes of the copy that the model is of. An application of CommonJS requires LangChain, and has another copy than what
 * this adapter imports; some of LangChain tells chunks by their class.
 */
export function copyOf(model: object): CoreCopy {
  if (model instanceof BaseChatModel) return IMPORTED;
  const required = requiredCopy();
  return required !== undefined && model instanceof required.BaseChatModel ? required : IMPORTED;
}

function requiredCopy(): (CoreCopy & { readonly BaseChatModel: typeof BaseChatModel }) | undefined {
  try {
    const parts = ['messages', 'outputs', 'language_models/chat_models'].map(
      (name) => requirePackage(`@langchain/core/${name}`, 'The adapter') as object,
    );
    return Object.assign({}, ...parts) as CoreCopy & { readonly BaseChatModel: typeof BaseChatModel };
  } catch {
    // In a bundle there is one copy only.
    return undefined;
  }
}
