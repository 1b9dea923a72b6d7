/** An invented event as a feed tells it. */
export interface StoryEvent {
  name: string;
  language: 'en' | 'ja' | 'ru';
  title: string;
  /** What another editor would put above the same text. */
  otherTitle: string;
  address: string;
  sentences: string[];
  /** The same, sentence by sentence, in other words. */
  rewritten: string[];
  /** What happened afterwards: news, above the same background. */
  followUpTitle: string;
  followUp: string[];
}
