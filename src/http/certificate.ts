/** The certificate of the doors that speak TLS: two PEM files, read again when they change. */
import { X509Certificate } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Metrics } from '../base/metrics.ts';
import { Problem } from '../base/problem.ts';

export type CertificateFiles = {
  /** PEM: the certificate, and those that it was signed by. */
  readonly certificate: string;
  /** PEM, without a password. */
  readonly key: string;
};

export type Certificate = {
  /** For a new server. TLS 1.2 at least. */
  readonly secure: () => SecureContextOptions;
  /** Called with what new connections are to use. */
  readonly follow: (take: (secure: SecureContextOptions) => void) => void;
  /** Looks at the files now. @returns whether they were taken */
  readonly look: () => Promise<boolean>;
  readonly close: () => void;
};

/** Renewal replaces the files long before they end. */
const lookEveryMs = 30_000;

/** @throws Problem bad-data: the files cannot be read, are no pair, or the certificate has ended */
export async function openCertificate(
  files: CertificateFiles,
  deps: { readonly log: Log; readonly metrics: Metrics; readonly clock: Clock },
): Promise<Certificate> {
  const { log, metrics, clock } = deps;
  let seen = await stamp(files);
  let held = await read(files, clock.now());
  const followers = new Set<(secure: SecureContextOptions) => void>();
  metrics.gauge('chorsu_tls_certificate_seconds', 'Time until the certificate of this server ends', () =>
    Math.round((held.endsAt - clock.now()) / 1000),
  );
  const look = async (): Promise<boolean> => {
    try {
      const present = await stamp(files);
      if (present === seen) return false;
      const fresh = await read(files, clock.now());
      seen = present;
      held = fresh;
      for (const take of followers) take(held.secure);
      log.info('tls: the certificate was read again', { ends: new Date(held.endsAt).toISOString() });
      return true;
    } catch (error) {
      // A renewal writes one file after the other: what does not fit yet is looked at again.
      log.warn('tls: the certificate was not taken, the one before serves on', { error: String(error) });
      return false;
    }
  };
  const timer = setInterval(() => void look(), lookEveryMs);
  timer.unref();
  return {
    secure: () => held.secure,
    follow: (take) => void followers.add(take),
    look,
    close: () => clearInterval(timer),
  };
}

async function stamp({ certificate, key }: CertificateFiles): Promise<string> {
  const stats = await Promise.all([statOf(certificate), statOf(key)]);
  return stats.map(({ mtimeMs, size, ino }) => `${mtimeMs} ${size} ${ino}`).join();
}

const statOf = (file: string) => stat(file).catch((error: unknown) => unreadable(file, error));
const textOf = (file: string) => readFile(file).catch((error: unknown) => unreadable(file, error));

function unreadable(file: string, error: unknown): never {
  throw new Problem('bad-data', `cannot read ${file}: ${(error as NodeJS.ErrnoException).code ?? String(error)}`, file);
}

async function read(files: CertificateFiles, now: number): Promise<{ secure: SecureContextOptions; endsAt: number }> {
  const [cert, key] = await Promise.all([textOf(files.certificate), textOf(files.key)]);
  const secure = { cert, key, minVersion: 'TLSv1.2' } as const;
  let endsAt: number;
  try {
    endsAt = Date.parse(new X509Certificate(cert).validTo);
  } catch {
    throw new Problem('bad-data', `${files.certificate} holds no certificate in PEM form`, files.certificate);
  }
  try {
    createSecureContext(secure);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why =
      code === 'ERR_OSSL_X509_KEY_VALUES_MISMATCH'
        ? `is not the key of ${files.certificate}`
        : 'holds no private key in PEM form that can be used without a password';
    throw new Problem('bad-data', `${files.key} ${why}`, files.key);
  }
  if (endsAt < now) {
    const ended = new Date(endsAt).toISOString();
    throw new Problem('bad-data', `the certificate ${files.certificate} ended at ${ended}`, files.certificate);
  }
  return { secure, endsAt };
}
