import { BodyOf } from '../http/body-of.decorator.js';
import { readAiBody } from './ai-body.js';

/** The body of a question: `answer(@AiQuestion() body: AiBody)`. JSON, whatever its content type. */
export const AiQuestion = (): ParameterDecorator => BodyOf(readAiBody);
