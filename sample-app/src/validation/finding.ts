export type Severity = 'info' | 'warning' | 'error';

/** Something that was noticed about a file. `error`: it is not what it should be; `warning`: someone should look at it. */
export interface Finding {
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
}

/** Findings that apply, from a table of conditions. */
export function findings(
  rules: readonly (readonly [applies: boolean, code: string, severity: Severity, message: string])[],
): Finding[] {
  return rules.flatMap(([applies, code, severity, message]) => (applies ? [{ code, severity, message }] : []));
}
