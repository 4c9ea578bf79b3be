import type { DocumentSample, Sentence } from './document-sample.js';
import { keywordsOf } from './keywords.js';
import { bestFirst } from './rank-sentences.js';

const QUESTIONS = 5;
const DATE =
  '(?:\\d{1,2} )?(?:January|February|March|April|May|June|July|August|September|October|November|December)(?: \\d{4})?|\\d{4}';
const SUBJECT = '([\\p{Letter}\\d][^,.;:()]{1,60}?)';

const NUMBER = '(?:\\d[\\d,.]*|two|three|four|five|six|seven|eight|nine|ten|twelve)';

interface Pattern {
  readonly sentence: RegExp;
  /** What the sentence is the answer to, from the groups of the expression. */
  readonly question: (groups: string[]) => string;
}

/** `subject` in the middle of a sentence: only what may be a name keeps its capital. */
const inside = (subject: string): string =>
  subject.replace(/^(?:The|An?|All|Both|This|Our|Whatever|Whoever)\b/u, (word) => word.toLowerCase());

/** The first that fits is taken. */
const PATTERNS: readonly Pattern[] = [
  {
    sentence: new RegExp(
      `^${SUBJECT} (was|were|is|are) (\\p{Letter}+(?: \\p{Letter}+){0,3}) (?:on|in|since) (?:${DATE})\\b`,
      'u',
    ),
    question: ([subject = '', verb, done]) => `When ${verb} ${inside(subject)} ${done}?`,
  },
  {
    sentence: new RegExp(
      `^${SUBJECT} (was|were|is|are) (\\p{Letter}+) for ${NUMBER} (?:minute|hour|day|week|month|year)s?\\b`,
      'u',
    ),
    question: ([subject = '', verb, done]) => `How long ${verb} ${inside(subject)} ${done}?`,
  },
  { sentence: /^If ([^,]{5,100}), /u, question: ([condition]) => `What happens if ${condition}?` },
  {
    sentence: new RegExp(`^${SUBJECT} (needs?|requires?) ([^,.;:]{3,60})`, 'u'),
    question: ([, verb, object]) => `What ${verb} ${object}?`,
  },
  {
    sentence: new RegExp(`\\p{Lowercase} (?:${NUMBER}) (\\p{Lowercase}{3,}s)\\b`, 'u'),
    question: ([things]) => `How many ${things} does the document mention?`,
  },
];

/** Questions that the best sentences answer, one a line; where no pattern fits, what is said about a keyword. */
export function* questions({ sentences }: DocumentSample, count = QUESTIONS): Generator<string> {
  const asked = new Set<string>();
  for (const question of questionsOf(sentences)) {
    if (asked.has(question)) continue;
    yield asked.size === 0 ? question : `\n${question}`;
    asked.add(question);
    if (asked.size === count) return;
  }
  if (asked.size === 0) yield 'There is nothing in the text to ask about.';
}

function* questionsOf(sentences: readonly Sentence[]): Generator<string> {
  for (const { text } of bestFirst(sentences)) {
    const question = questionAbout(text);
    if (question !== undefined) yield question;
  }
  for (const { text } of keywordsOf(sentences, sentences.length)) yield `What does the document say about ${text}?`;
}

function questionAbout(sentence: string): string | undefined {
  for (const pattern of PATTERNS) {
    const match = pattern.sentence.exec(sentence);
    if (match) return pattern.question(match.slice(1));
  }
  return undefined;
}
