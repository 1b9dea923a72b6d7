import type { previewRule, ResponseOf, Rule } from '@alt/contracts';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { Page } from '../api/api.ts';
import type { Client } from '../api/client.ts';
import { useConnection } from '../data/api-context.ts';

export type { Rule };
export type RulePreview = ResponseOf<typeof previewRule>;

export interface RuleActions {
  markRead: boolean;
  star: boolean;
  hide: boolean;
  labelIds: string[];
}

export interface RuleDraft {
  name: string;
  query: string;
  actions: RuleActions;
  isEnabled: boolean;
  isShared?: true;
}

export type RuleChange = Partial<RuleDraft> & { isOffForMe?: boolean };
export type RulesApi = ReturnType<typeof createRulesApi>;

export const rulesKey = ['rules'];

function createRulesApi({ call }: Pick<Client, 'call'>) {
  return {
    rules: async () => {
      const items: Rule[] = [];
      let cursor: string | undefined;
      do {
        const page: Page<Rule> = await call('GET', '/v1/rules', { query: { limit: 200, cursor } });
        items.push(...page.items);
        cursor = page.nextCursor ?? undefined;
      } while (cursor !== undefined);
      return items;
    },
    preview: (query: string, signal?: AbortSignal) =>
      call<RulePreview>('GET', '/v1/rules/preview', { query: { query }, ...(signal && { signal }) }),
    create: (body: RuleDraft) => call<Rule>('POST', '/v1/rules', { body }),
    change: (id: string, body: RuleChange) => call<Rule>('PATCH', `/v1/rules/${id}`, { body }),
    remove: (id: string) => call<void>('DELETE', `/v1/rules/${id}`),

    /** Runs a rule on what is there, part after part; says on how many articles it has acted so far. */
    async run(id: string, onProgress: (changed: number) => void): Promise<number> {
      let changed = 0;
      let cursor: string | null = null;
      do {
        const body: { cursor?: string } = cursor === null ? {} : { cursor };
        const part: { changed: number; nextCursor: string | null } = await call('POST', `/v1/rules/${id}/run`, {
          body,
        });
        changed += part.changed;
        cursor = part.nextCursor;
        onProgress(changed);
      } while (cursor !== null);
      return changed;
    },
  };
}

export function useRulesApi(): RulesApi {
  const { client } = useConnection();
  return useMemo(() => createRulesApi(client), [client]);
}

export const useRules = () => {
  const api = useRulesApi();
  return useQuery(queryOptions({ queryKey: rulesKey, queryFn: api.rules }));
};
