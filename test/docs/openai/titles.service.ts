import { Injectable } from '@nestjs/common';
import OpenAI from 'openai';

@Injectable()
export class TitlesService {
  constructor(private readonly openai: OpenAI) {}

  async titleOf(article: string): Promise<string> {
    const messages = [{ role: 'user' as const, content: `A title for: ${article}` }];
    const { choices } = await this.openai.chat.completions.create({ model: 'gpt-5-mini', messages });
    return choices[0]?.message.content ?? '';
  }

  async *words(article: string): AsyncGenerator<string> {
    const input = `A summary of: ${article}`;
    for await (const event of await this.openai.responses.create({ model: 'gpt-5-mini', input, stream: true })) {
      if (event.type === 'response.output_text.delta') yield event.delta;
    }
  }
}
