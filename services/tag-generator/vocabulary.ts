/** At most so many tags an article. */
export const TAGS_AN_ARTICLE = 8;
/** A tenant's vocabulary never grows beyond this by itself. */
export const VOCABULARY_MAXIMUM = 4_000;

/** What an article says, with the names by which a vocabulary may know it. */
export interface OfferedPhrase {
  phrase: string;
  score: number;
  /** The folded name first, then others: `language:stems`. */
  names: string[];
  /** Of how many articles of this Alt it is a keyphrase, this one included. */
  support: number;
}

/** A tag of a tenant; a draft has no number yet. */
export interface VocabularyTag {
  id: number | null;
  name: string;
  isHidden: boolean;
  isPromoted: boolean;
}

export interface Vocabulary<Tag extends VocabularyTag> {
  size: number;
  /** The tag that has one of these names. */
  find(names: readonly string[]): Tag | null;
  /** Makes a tag of a phrase; every later `find` knows it. */
  create(phrase: OfferedPhrase): Tag;
}

export interface GivenTag<Tag> {
  tag: Tag;
  /** That of the keyphrase. */
  score: number;
}

/** Up to this size an article that would have no tag makes one. */
const ANY_TAG_BELOW = 800;
const KNOWN_BONUS = 1.15;
const PROMOTED_BONUS = 1.5;
/** Of the article's best phrase; what scores less is in the text and not what it is about. */
const NEW_SCORE_MINIMUM = 0.2;
/** A word in lower case that was seen in no other article must be what this one is about. */
const CENTRAL_SCORE = 0.4;
const NEW_NAME_CHARACTERS = 40;

/**
 * How hard it is to become a tag, by the size of the vocabulary: in how many articles the phrase must have been seen, and
 * how many one article may add. While the vocabulary is small every article teaches it; later only what comes again does.
 */
const GROWTH: readonly { below: number; support: number; added: number }[] = [
  { below: 60, support: 1, added: 4 },
  { below: 150, support: 2, added: 3 },
  { below: 500, support: 3, added: 2 },
  { below: 800, support: 6, added: 1 },
  { below: 1_200, support: 12, added: 1 },
  { below: 2_000, support: 25, added: 1 },
  { below: VOCABULARY_MAXIMUM, support: 60, added: 1 },
];

/**
 * The tags of one article, at most eight, the best first. What the tenant's vocabulary has is preferred; new tags are made
 * as the vocabulary's size allows, and one for an article that would have none, as long as it is small.
 * Hidden tags take only the places that are left.
 */
export function chooseTags<Tag extends VocabularyTag>(
  offered: readonly OfferedPhrase[],
  vocabulary: Vocabulary<Tag>,
): GivenTag<Tag>[] {
  const given = new Map<Tag, { score: number; weight: number }>();
  const give = (tag: Tag, score: number, bonus = 1) => {
    const present = given.get(tag);
    if (!present || present.score < score) given.set(tag, { score, weight: score * bonus });
  };
  const isKnown = (offer: OfferedPhrase): boolean => vocabulary.find(offer.names) !== null;
  const able = offered.filter((offer) => !isKnown(offer) && isNameable(offer));
  const added = newTags(offered, able, isKnown, vocabulary.size);
  for (const offer of offered) {
    const known = vocabulary.find(offer.names);
    const tag = known ?? (added.includes(offer) ? vocabulary.create(offer) : null);
    if (tag) give(tag, offer.score, !known ? 1 : tag.isPromoted ? PROMOTED_BONUS : KNOWN_BONUS);
  }
  const best = given.size === 0 && vocabulary.size < ANY_TAG_BELOW ? mostUsable(able) : undefined;
  if (best) give(vocabulary.create(best), best.score);
  return [...given]
    .sort(([a, { weight }], [b, other]) => Number(a.isHidden) - Number(b.isHidden) || other.weight - weight)
    .slice(0, TAGS_AN_ARTICLE)
    .map(([tag, { score }]) => ({ tag, score }));
}

/**
 * The phrases that become tags. While one article is enough, those among its best (of which some are known, so that the
 * same article read again adds none); later every one that came often enough.
 */
function newTags(
  offered: readonly OfferedPhrase[],
  able: readonly OfferedPhrase[],
  isKnown: (offer: OfferedPhrase) => boolean,
  size: number,
): OfferedPhrase[] {
  const rule = GROWTH.find(({ below }) => size < below);
  if (!rule) return [];
  if (rule.support > 1) return able.filter(({ support }) => support >= rule.support).slice(0, rule.added);
  const best = offered.filter((offer) => isKnown(offer) || able.includes(offer)).slice(0, rule.added);
  return best.filter((offer) => !isKnown(offer));
}

/** Of phrases that are about equally good, the one that other articles are likelier to have too. */
function mostUsable(offers: readonly OfferedPhrase[]): OfferedPhrase | undefined {
  const use = ({ score, support }: OfferedPhrase) => score * Math.log2(1 + support);
  return offers.toSorted((a, b) => use(b) - use(a))[0];
}

/** Whether a phrase could be the name of a tag: letters in it, no sentence, and more than a word that happened to be there. */
function isNameable({ phrase, score, support }: OfferedPhrase): boolean {
  if (score < NEW_SCORE_MINIMUM || phrase.length > NEW_NAME_CHARACTERS) return false;
  if (!/\p{L}/u.test(phrase) || [...phrase].length < 2) return false;
  if (support > 1 || /\p{Lu}/u.test(phrase) || !/\p{Ll}/u.test(phrase)) return true;
  return score >= CENTRAL_SCORE && !phrase.includes(' ');
}
