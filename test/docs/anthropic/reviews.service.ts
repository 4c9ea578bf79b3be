import Anthropic from '@anthropic-ai/sdk';
import { Injectable } from '@nestjs/common';

@Injectable()
export class ReviewsService {
  constructor(private readonly claude: Anthropic) {}

  async sentimentOf(review: string): Promise<string> {
    const { content } = await this.claude.messages.create(this.question(`In one word, how does this sound: ${review}`));
    return content[0]?.type === 'text' ? content[0].text : '';
  }

  /** Streams, and gathers the text. */
  async replyTo(review: string, onText: (text: string) => void): Promise<string> {
    return this.claude.messages
      .stream(this.question(`A reply to: ${review}`))
      .on('text', onText)
      .finalText();
  }

  private question(content: string): Anthropic.MessageCreateParamsNonStreaming {
    return { model: 'claude-sonnet-5-5', max_tokens: 1_024, messages: [{ role: 'user', content }] };
  }
}
