/** As the global `fetch` is called. */
export type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** Sends the request at hand, with what is to be different about it. */
export type Send = (change: Pick<RequestInit, 'signal' | 'body' | 'headers'>) => Promise<Response>;
