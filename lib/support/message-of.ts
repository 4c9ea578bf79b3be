/** What an error says, in one line at least. Total: anything can be thrown, also what cannot be turned into text. */
export function messageOf(error: unknown): string {
  try {
    if (!(error instanceof Error)) return String(error);
    return typeof error.message === 'string' && error.message !== '' ? error.message : error.name;
  } catch {
    return 'something that cannot be turned into text';
  }
}
