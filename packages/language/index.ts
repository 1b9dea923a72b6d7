export { type DetectedLanguage, detectLanguage } from './detection/detect.ts';
export {
  type Background,
  backgroundTerms,
  extractKeyphrases,
  foldPhrase,
  type Keyphrase,
  type KeyphraseDocument,
  type KeyphraseOptions,
  type KeyphraseSource,
  readKeyphraseDocument,
  stemPhrase,
} from './keyphrases.ts';
export { splitSentences } from './sentences.ts';
export { stemWord } from './stemming.ts';
export { functionWords, isStopword } from './stopwords.ts';
export { foldWord, segmentWords, type TextSpan } from './words.ts';
