/** The file cannot be used; the message says why, in words for whoever sent it. */
export class UnreadableFileError extends Error {
  override readonly name = 'UnreadableFileError';
}
