/** The thread's side of `reading.ts`: languages and their rules stay out of the process's own memory. */
export { selectPassages } from './passages.ts';
export { readQuestion } from './question.ts';
