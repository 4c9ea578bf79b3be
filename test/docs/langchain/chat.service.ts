import { Injectable } from '@nestjs/common';
import { ChatOpenAI } from '@langchain/openai';
import { AiResponseCache } from 'nestjs-cached/ai';
import { cacheChatModel } from 'nestjs-cached/langchain';

@Injectable()
export class ChatService {
  private readonly model: ChatOpenAI;

  constructor(ai: AiResponseCache) {
    this.model = cacheChatModel(new ChatOpenAI({ model: 'gpt-5-mini' }), ai, { operation: 'qa' });
  }

  async answer(question: string): Promise<string> {
    const { text } = await this.model.invoke(question);
    return text;
  }

  async *stream(question: string): AsyncGenerator<string> {
    for await (const { text } of await this.model.stream(question)) yield text;
  }
}
