// The packed tarball, seen by resolvers: publint for its manifest, attw for its types.
import { inTemporaryFolder, pack, run, script } from './run.mjs';

await script(() =>
  inTemporaryFolder(async (folder) => {
    const tarball = await pack(folder);
    await run('npx', ['publint', 'run', tarball, '--strict']);
    await run('npx', ['attw', tarball, '--profile', 'esm-only']);
  }),
);
