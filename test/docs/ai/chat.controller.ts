import { Controller, Query, Sse, type MessageEvent } from '@nestjs/common';
import { AiResponseCache } from 'nestjs-cached/ai';
import { from, map, type Observable } from 'rxjs';
import { openai } from './openai.js';

@Controller()
export class ChatController {
  constructor(private readonly ai: AiResponseCache) {}

  @Sse('chat')
  chat(@Query('text') text: string): Observable<MessageEvent> {
    const options = { model: 'gpt-5-mini', messages: [{ role: 'user' as const, content: text }] };
    const chunks = this.ai.getOrGenerateStream({ operation: 'chat', text, options }, ({ signal }) =>
      openai.chat.completions.create({ ...options, stream: true }, { signal }),
    );
    return from(chunks).pipe(map(({ choices }) => ({ data: choices[0]?.delta.content ?? '' })));
  }
}
