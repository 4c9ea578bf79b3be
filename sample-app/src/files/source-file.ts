/** A file as it was uploaded. Results are cached by its hash alone, so the same bytes are the same file under any name. */
export interface SourceFile {
  /** sha-256 of the bytes, in hex. */
  readonly hash: string;
  readonly bytes: Uint8Array;
}

/** Every result that was derived from a file carries this tag; invalidating it forgets them all. */
export const documentTag = (hash: string): string => `document:${hash}`;
