/** In place of the client of a provider: as many numbers as a text has letters of each kind. */
export const openai = {
  embeddings: {
    create: async ({ input }: { model: string; input: string[] }): Promise<{ data: { embedding: number[] }[] }> => {
      asked.push(input);
      return { data: input.map((text) => ({ embedding: ['a', 'e', 'i'].map((letter) => text.split(letter).length) })) };
    },
  },
};

/** What the provider was asked for. */
export const asked: string[][] = [];
