import { of } from 'rxjs';
import { answerOf, httpRoom } from '../../kit/http-room.mjs';

/** The least that an interceptor with an answer can do: the text, ready in its hands, and what type it is of. */
class Ready {
  /** @type {Map<string, string>} */
  #texts = new Map();

  /** @param {import('@nestjs/common').ExecutionContext} context */
  intercept(context) {
    const http = context.switchToHttp();
    const { id } = http.getRequest().params;
    const response = http.getResponse();
    if (response.raw) response.header('content-type', 'application/json; charset=utf-8');
    else response.setHeader('content-type', 'application/json; charset=utf-8');
    let text = this.#texts.get(id);
    if (text === undefined) this.#texts.set(id, (text = JSON.stringify(answerOf(id))));
    return of(text);
  }
}

/** @type {import('../../kit/http-room.mjs').Addition} */
export const addition = { imports: [], interceptors: [Ready], caches: true };

export const open = httpRoom(import.meta.url, addition);
