/**
 * Milliseconds, with fractions, since an instant that is the same for all processes of the machine until it is started again; the
 * wall clock has no say in it. https://nodejs.org/api/process.html#processhrtimetime
 */
export function machineTime(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1_000 + nanoseconds / 1_000_000;
}
