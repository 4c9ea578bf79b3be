/** Stands for a library whose workers are slow to start. */
export interface Engine {
  recognize(image: Uint8Array): Promise<string>;
  terminate(): Promise<void>;
}

export const started: string[] = [];
export const terminated: string[] = [];

export async function createWorker(language: string, signal?: AbortSignal): Promise<Engine> {
  signal?.throwIfAborted();
  started.push(language);
  return {
    recognize: async (image) => `${image.length} bytes of ${language}`,
    terminate: async () => void terminated.push(language),
  };
}
