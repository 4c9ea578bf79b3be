/**
 * How bad it is. `danger`: whoever reaches the network or the server can read or change what is cached. `warning`: it makes
 * an accident or a break-in worse, or nobody could tell.
 */
export type SecurityLevel = 'warning' | 'danger';

/** Stable: to be compared, and to be let pass one by one. Later versions may add further ones. */
export type SecurityCode =
  /** Values, and the password, cross a network unencrypted. */
  | 'plaintext-remote'
  /** The server's certificate is not verified: anybody may answer in its place. */
  | 'unverified-certificate'
  /** A function of the application's decides whether the certificate belongs to the server. */
  | 'custom-identity-check'
  /** TLS below version 1.2. */
  | 'weak-tls'
  /** The server's `default` user, whom every client shares that names none. */
  | 'default-user'
  /** Whoever reaches the server is let in. */
  | 'no-password'
  /** Commands that a cache never needs, and that reach beyond it. */
  | 'dangerous-permission'
  /** Every key of the server may be touched, not only those of the cache. */
  | 'all-keys'
  /** Something could not be found out. */
  | 'unchecked';

/** One thing that a person should look at. Holds no password, no key and no value. */
export interface SecurityFinding {
  readonly level: SecurityLevel;
  readonly code: SecurityCode;
  /** What is so, in a sentence. */
  readonly what: string;
  /** What would be better, in a sentence. */
  readonly remedy: string;
}

export interface SecurityReport {
  /** The name of the backend that was looked at. */
  readonly backend: string;
  /** The worst first; empty: nothing was found. */
  readonly findings: readonly SecurityFinding[];
}

/** Finds out without changing anything. A failure is a finding, not a rejection. */
export interface SecurityCheck {
  checkSecurity(): Promise<readonly SecurityFinding[]>;
}
