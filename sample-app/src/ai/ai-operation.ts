/** What can be asked about a text. */
export const AI_OPERATIONS = ['summarize', 'key_points', 'sentiment', 'questions', 'qa'] as const;

export type AiOperation = (typeof AI_OPERATIONS)[number];
