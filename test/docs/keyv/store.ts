/** Stands for the storage adapter that the page has the reader choose. */
export const store = new Map<string, unknown>();
