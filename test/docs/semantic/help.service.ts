import { Injectable } from '@nestjs/common';
import { EmbeddingCache, SemanticCache } from 'nestjs-cached/ai';
import { models } from './models.js';

@Injectable()
export class HelpService {
  private readonly answers: SemanticCache<string>;

  constructor(embeddings: EmbeddingCache) {
    this.answers = new SemanticCache({
      embed: (text) => embeddings.getOrEmbed(text, models.embed),
      threshold: 0.95,
      ttl: '1h',
    });
  }

  async help(text: string, tenant: string): Promise<string> {
    const request = { operation: 'help', text, tenant, options: { model: 'gpt-5-mini' } };
    const { value, matched } = await this.answers.getOrSet(request, () => models.answer(text));
    return matched === undefined ? value : `${value} (asked before: ${matched})`;
  }
}
