import { join } from 'node:path';
import { open } from 'lmdb';

/** A process that begins to read a store, and never ends: `node reader.js <directory>`. */
const root = open({ path: join(process.argv[2]!, 'cache-2.mdb'), noSubdir: true, maxDbs: 12 });
const entries = root.openDB({ name: 'entries', encoding: 'binary', keyEncoding: 'binary' });
const transaction = root.useReadTransaction();
entries.get(Buffer.from('k0'), { transaction });
process.send!({ says: 'ready' });
setInterval(() => {}, 1_000);
