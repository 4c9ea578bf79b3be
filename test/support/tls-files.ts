import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A certificate with its key, as PEM and as the files a server reads. */
export interface Credential {
  readonly cert: string;
  readonly key: string;
  readonly certFile: string;
  readonly keyFile: string;
}

/** Certificates of one test file, made anew: keys that lie in a repository are reported by whoever looks for such. */
export interface TlsFiles {
  readonly ca: Credential;
  /** For `redis.test`, `localhost`, 127.0.0.1 and ::1. */
  readonly server: Credential;
  /** For the name `redis.test` alone. */
  readonly named: Credential;
  /** As `server`, and past its end. */
  readonly expired: Credential;
  readonly client: Credential;
  /** Signed by an authority that nobody trusts. */
  readonly stranger: Credential;
  remove(): Promise<void>;
}

const EVERY_NAME = 'DNS:redis.test,DNS:localhost,IP:127.0.0.1,IP:::1';

/** @throws Error without `openssl` on the PATH. */
export async function makeTlsFiles(): Promise<TlsFiles> {
  const folder = await mkdtemp(join(tmpdir(), 'nestjs-cached-tls-'));
  const openssl = (...args: string[]): Promise<unknown> => run('openssl', args, { cwd: folder });
  const key = (name: string): Promise<unknown> =>
    openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', `${name}.key`);

  async function authority(name: string): Promise<Credential> {
    await key(name);
    await openssl(
      'req',
      '-x509',
      '-new',
      '-key',
      `${name}.key`,
      '-days',
      '2',
      '-subj',
      `/CN=${name}`,
      '-out',
      `${name}.crt`,
    );
    return credential(folder, name);
  }
  async function signed(name: string, by: string, names: string, days = '2'): Promise<Credential> {
    await key(name);
    await openssl('req', '-new', '-key', `${name}.key`, '-subj', `/CN=${name}`, '-out', `${name}.csr`);
    await writeFile(join(folder, `${name}.ext`), `subjectAltName=${names}\n`);
    const from = ['-CA', `${by}.crt`, '-CAkey', `${by}.key`, '-CAcreateserial', '-extfile', `${name}.ext`];
    await openssl('x509', '-req', '-in', `${name}.csr`, ...from, '-days', days, '-out', `${name}.crt`);
    return credential(folder, name);
  }

  const ca = await authority('ca');
  await authority('stranger-ca');
  return {
    ca,
    server: await signed('server', 'ca', EVERY_NAME),
    named: await signed('named', 'ca', 'DNS:redis.test'),
    expired: await signed('expired', 'ca', EVERY_NAME, '-1'),
    client: await signed('client', 'ca', 'DNS:client.test'),
    stranger: await signed('stranger', 'stranger-ca', EVERY_NAME),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

async function credential(folder: string, name: string): Promise<Credential> {
  const certFile = join(folder, `${name}.crt`);
  const keyFile = join(folder, `${name}.key`);
  return { certFile, keyFile, cert: await readFile(certFile, 'utf8'), key: await readFile(keyFile, 'utf8') };
}

/** Arguments of a server that speaks TLS on `port` beside its plain port. */
export function tlsArguments(
  port: number,
  files: TlsFiles,
  server: Credential,
  clients: 'yes' | 'no' = 'no',
): string[] {
  const own = [
    '--tls-cert-file',
    server.certFile,
    '--tls-key-file',
    server.keyFile,
    '--tls-ca-cert-file',
    files.ca.certFile,
  ];
  return ['--tls-port', String(port), ...own, '--tls-auth-clients', clients];
}
