import type { Announcer } from './announcer.js';

/** By whom this process tells the others of its changes. */
export interface Announcers {
  /** What is published where the key is has numbers of its own; `undefined`: wherever. */
  of(key: string | undefined): Announcer;
  /** Whether a message's sender is this process. */
  isOwn(sender: string): boolean;
  /** Says what is still to be said: nobody comes after it. */
  close(): Promise<void>;
}

/** One server, one row of numbers. */
export function soleAnnouncer(announcer: Announcer): Announcers {
  return {
    of: () => announcer,
    isOwn: (sender) => sender === announcer.sender,
    close: () => announcer.close(),
  };
}
