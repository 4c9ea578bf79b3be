const DEFAULT_PORT = 3000;
const MAX_PORT = 65_535;

/** The port that the environment asks for. @throws {RangeError} in words for whoever set it */
export function portFrom(value: string | undefined): number {
  if (value === undefined || value === '') return DEFAULT_PORT;
  const port = /^\d+$/u.test(value) ? Number(value) : NaN;
  if (port <= MAX_PORT) return port;
  throw new RangeError(`PORT must be a whole number from 0 to ${MAX_PORT}; got '${value}'.`);
}

/** Another one to try when this one is taken. */
export const portBeside = (port: number): number => (port < MAX_PORT ? port + 1 : port - 1);
