import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '@plaza/testkit/engines';

const opensslMs = 20_000;

/** A certificate authority for one trial, and a certificate of it for servers on loopback: ca.crt, tls.crt, tls.key; sa.key signs tokens. */
export async function makeCertificates(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const openssl = (...args: string[]): Promise<string> => run('openssl', args, opensslMs);
  const [caKey, ca, key, csr, cert] = ['ca.key', 'ca.crt', 'tls.key', 'tls.csr', 'tls.crt'].map((file) => join(folder, file)) as [
    string,
    string,
    string,
    string,
    string,
  ];
  const elliptic = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const names = ['IP:127.0.0.1', 'IP:10.96.0.1', 'DNS:localhost', 'DNS:kubernetes.default.svc', 'DNS:figures.default.svc'];
  writeFileSync(join(folder, 'names.cnf'), `subjectAltName=${names.join(',')}\n`);
  await openssl('genrsa', '-out', join(folder, 'sa.key'), '2048');
  await openssl('req', '-x509', ...elliptic, '-days', '30', '-subj', '/CN=trial-ca', '-keyout', caKey, '-out', ca);
  await openssl('req', ...elliptic, '-subj', '/CN=kube-apiserver', '-keyout', key, '-out', csr);
  await openssl(
    'x509',
    '-req',
    '-in',
    csr,
    '-CA',
    ca,
    '-CAkey',
    caKey,
    '-CAcreateserial',
    '-days',
    '30',
    '-out',
    cert,
    '-extfile',
    join(folder, 'names.cnf'),
  );
}
