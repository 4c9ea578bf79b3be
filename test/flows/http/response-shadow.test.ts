import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { HttpReply } from '../../../lib/nest/http/http-exchange.js';
import { ResponseShadow } from '../../../lib/nest/http/response-shadow.js';

function newResponse(): { response: ServerResponse; reply: HttpReply } {
  const response = new ServerResponse(new IncomingMessage(new Socket()));
  return { response, reply: HttpReply.of(response)! };
}

describe('ResponseShadow', () => {
  it('catches what a run writes, later turns included, and lets others write', async () => {
    const { response, reply } = newResponse();
    response.setHeader('X-Before', 'b').setHeader('Vary', 'Origin');
    const shadow = new ResponseShadow(reply, reply.headers());
    const run = shadow.run(async () => {
      response.statusCode = 503;
      await Promise.resolve();
      response.setHeader('X-Run', '1');
      response.appendHeader('Vary', 'Accept');
      response.removeHeader('X-Before');
      return [
        response.statusCode,
        response.getHeader('x-run'),
        response.hasHeader('X-Before'),
        response.getHeaderNames(),
        response.headersSent,
      ];
    });
    response.setHeader('X-Sender', 's');
    expect(await run).toEqual([503, '1', false, ['vary', 'x-run'], false]);
    expect([response.statusCode, { ...response.getHeaders() }]).toEqual([
      200,
      { 'x-before': 'b', vary: 'Origin', 'x-sender': 's' },
    ]);
    expect(shadow.recorded()).toEqual({
      status: 503,
      headers: { 'x-run': '1', vary: ['Origin', 'Accept'] },
      vary: ['accept'],
      isSent: false,
    });
    expect(shadow.changed()).toEqual({ 'x-run': '1', vary: 'accept' });
  });

  it('gives the response what it has caught when that is to be the answer', () => {
    const { response, reply } = newResponse();
    const shadow = new ResponseShadow(reply, reply.headers());
    shadow.run(() => ((response.statusCode = 201), response.setHeader('ETag', '"1"')));
    shadow.commit();
    expect([response.statusCode, response.getHeader('etag')]).toEqual([201, '"1"']);
  });

  it.each<[string, (response: ServerResponse) => unknown]>([
    ['writeHead', (response) => response.writeHead(200)],
    ['write', (response) => response.write('x')],
    ['end', (response) => response.end('x')],
    ['flushHeaders', (response) => response.flushHeaders()],
  ])('lets no run send with %s what is the other’s to send', (_name, send) => {
    const { response, reply } = newResponse();
    const shadow = new ResponseShadow(reply, reply.headers());
    shadow.run(() => send(response));
    expect([response.headersSent, response.writableEnded, shadow.recorded().isSent]).toEqual([false, false, true]);
  });

  it('does not catch another response’s writes: a handler may call its own app in process', () => {
    const outer = newResponse();
    const inner = newResponse();
    const outerShadow = new ResponseShadow(outer.reply, {});
    const innerShadow = new ResponseShadow(inner.reply, {});
    outerShadow.run(() => {
      innerShadow.run(() => inner.response.setHeader('X-Shadowed', '1'));
      inner.response.setHeader('X-Sent', '1');
      inner.response.statusCode = 404;
      outer.response.setHeader('X-Outer', '1');
    });
    expect([inner.response.statusCode, { ...inner.response.getHeaders() }]).toEqual([404, { 'x-sent': '1' }]);
    expect(innerShadow.changed()).toEqual({ 'x-shadowed': '1' });
    expect(outerShadow.changed()).toEqual({ 'x-outer': '1' });
  });
});
