import { openai } from '@ai-sdk/openai';
import { Injectable } from '@nestjs/common';
import { generateText, streamText, wrapLanguageModel, type LanguageModel } from 'ai';
import { AiResponseCache } from 'nestjs-cached/ai';
import { cacheLanguageModel } from 'nestjs-cached/ai-sdk';

@Injectable()
export class AnswersService {
  private readonly model: LanguageModel;

  constructor(ai: AiResponseCache) {
    this.model = wrapLanguageModel({
      model: openai('gpt-5-mini'),
      middleware: cacheLanguageModel(ai, { operation: 'chat', ttl: '1h' }),
    });
  }

  async answer(prompt: string): Promise<string> {
    const { text } = await generateText({ model: this.model, prompt });
    return text;
  }

  stream(prompt: string): AsyncIterable<string> {
    return streamText({ model: this.model, prompt }).textStream;
  }
}
