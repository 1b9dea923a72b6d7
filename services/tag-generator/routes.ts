import {
  changeTag,
  distinguishTags,
  type ExtractedTags,
  extractTags,
  extractTagsBatch,
  joinTags,
  proposeTags,
} from '@alt/contracts';
import type { Database } from '@alt/database';
import type { KeyphraseSource } from '@alt/language';
import { type Route, route } from '@alt/service-kit';
import * as changing from './changing.ts';
import type { Extraction } from './extraction.ts';
import type { ExtractedDocument } from './extraction-thread.ts';
import type { Learning } from './learning.ts';
import { proposeMerges } from './proposals.ts';
import type { Refiner } from './refining.ts';
import { KEPT_KEYPHRASES } from './tagging.ts';

interface RouteTools {
  database: Database;
  extraction: Extraction;
  learning: Learning;
  refiner: Refiner;
}

const STATISTICAL = 'statistical';
/** Who asks by HTTP waits no longer for a model. */
const REFINE_TIMEOUT_MS = 25_000;
const OWN = { callers: ['alt-backend'] } as const;

/** Keyphrases of any text, and what people do with the tags of their tenant. */
export function routes({ database, extraction, learning, refiner }: RouteTools): Route[] {
  const extract = async (documents: KeyphraseSource[], limit: number, isCompared: boolean) => {
    const backgrounds = await learning.backgrounds(documents.map(({ language }) => language));
    return extraction.extract({ documents, backgrounds, limit, isCompared });
  };

  return [
    route(extractTags, async ({ body, request, caller }) => {
      const { title, text, language, limit, engine } = body;
      // The model is the operator's: it works for services, not for whoever reaches the port.
      const { model } = engine === 'any' && caller ? await refiner.look() : { model: null };
      const [found] = await extract([{ title, text, language }], Math.max(limit, model ? KEPT_KEYPHRASES : 0), false);
      if (!found) return { keyphrases: [], language, engine: STATISTICAL };
      if (!model) return present(found, limit);
      const source = { title, text, language: found.language };
      const options = { model, signal: request.signal, timeoutMs: REFINE_TIMEOUT_MS };
      // A model that fails says nothing about the text: what was found stands, and the answer says whose it is.
      const refined = await refiner.refine(source, found.keyphrases, options).catch(() => null);
      if (!refined) return present(found, limit);
      return { ...present({ ...found, keyphrases: refined }, limit), engine: model.engine };
    }),

    route(extractTagsBatch, async ({ body }) => {
      const documents = await extract(body.documents, body.limit, true);
      return { documents: documents.map((document) => present(document, body.limit)) };
    }),

    route(
      changeTag,
      async ({ body: { tenantId, tagId, ...change } }) => {
        await changing.changeTag(database, tenantId, tagId, change);
        return {};
      },
      OWN,
    ),

    route(
      joinTags,
      async ({ body: { tenantId, intoId, fromIds } }) => ({
        merged: await changing.mergeTags(database, tenantId, intoId, fromIds),
      }),
      OWN,
    ),

    route(
      proposeTags,
      async ({ body: { tenantId, limit } }) => ({ items: await proposeMerges(database, tenantId, limit) }),
      OWN,
    ),

    route(
      distinguishTags,
      async ({ body: { tenantId, tagIds } }) => {
        await changing.distinguishTags(database, tenantId, tagIds);
        return {};
      },
      OWN,
    ),
  ];
}

function present(
  found: Pick<ExtractedDocument, 'language'> & {
    keyphrases: readonly { phrase: string; normalised: string; score: number }[];
  },
  limit: number,
): ExtractedTags {
  return {
    keyphrases: found.keyphrases
      .slice(0, limit)
      .map(({ phrase, normalised, score }) => ({ phrase, normalised, score: Math.round(score * 1_000) / 1_000 })),
    language: found.language,
    engine: STATISTICAL,
  };
}
