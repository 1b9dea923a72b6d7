export { composeBrief } from './briefing.ts';
export { embedTexts, extractSummaries, linkSentences } from './extracting.ts';
export { answerFromPassages } from './passages.ts';
export { composeRecap } from './recapping.ts';
export { relateArticles } from './relating.ts';
