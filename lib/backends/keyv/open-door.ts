import { AdapterDoor } from './adapter.door.js';
import type { Door } from './door.js';
import { InstanceDoor } from './instance.door.js';
import { recognize } from './keyv-like.js';

/** @throws CacheUsageError for what is no store of Keyv. */
export function openDoor(given: unknown): Door {
  const found = recognize(given);
  return 'keyv' in found ? new InstanceDoor(found.keyv) : new AdapterDoor(found.adapter);
}
