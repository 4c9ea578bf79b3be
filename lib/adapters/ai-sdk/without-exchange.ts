/**
 * An answer as it is stored: without the HTTP exchange it came by, which is that of the one call that was made. It would keep the
 * whole prompt a second time, and the headers of one account for all.
 */
export function withoutExchange<A extends { readonly response?: object }>(answer: A): A {
  const { request: _request, response, ...rest } = answer as A & { request?: unknown };
  if (response === undefined) return rest as unknown as A;
  const { headers: _headers, body: _body, ...told } = response as { headers?: unknown; body?: unknown };
  return { ...rest, response: told } as unknown as A;
}
