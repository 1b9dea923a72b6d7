import { useState } from 'react';
import type { Subscription, SubscriptionChange } from '../api/api.ts';
import type { ExtractionPreview, SelectorRules } from '../api/enrichment.ts';
import { useEnrichment } from '../data/enrichment.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { useTexts } from '../language/translate.ts';
import { ArticleText } from '../reader/article-text.tsx';
import { FullTextTrouble } from '../reader/full-text-trouble.tsx';
import { Button } from '../ui/button.tsx';
import { CheckField, TextAreaField } from '../ui/field.tsx';
import { Form } from '../ui/form.tsx';
import { feedTextsTexts } from './feed-texts-texts.ts';

interface FeedTextsProps {
  subscription: Subscription;
  onChange(change: SubscriptionChange): Promise<boolean>;
}

/** What Alt does with the articles of a feed: full texts, which part of their pages, summaries. */
export function FeedTexts({ subscription, onChange }: FeedTextsProps) {
  const { t } = useTexts();
  const own = useOwnTexts(feedTextsTexts);
  const { fullText, autoFullText, summaries } = subscription;
  return (
    <div>
      <CheckField
        label={t('feed.fullText')}
        hint={t('feed.fullTextHint')}
        checked={fullText}
        onChange={(isOn) => void onChange({ fullText: isOn })}
      />
      <CheckField
        label={own('auto')}
        hint={own('autoHint')}
        checked={autoFullText}
        onChange={(isOn) => void onChange({ autoFullText: isOn })}
      />
      <CheckField
        label={own('summaries')}
        checked={summaries}
        onChange={(isOn) => void onChange({ summaries: isOn })}
      />
      <details className="pt-2">
        <summary className="flex min-h-11 cursor-pointer items-center text-[0.9375rem] hover:underline md:min-h-9">
          {own('selectors')}
        </summary>
        <Selectors subscription={subscription} onChange={onChange} />
      </details>
    </div>
  );
}

function Selectors({ subscription, onChange }: FeedTextsProps) {
  const t = useOwnTexts(feedTextsTexts);
  const texts = useTexts();
  const { keep, drop } = subscription.selectors ?? { keep: [], drop: [] };
  const { preview, isLoading, error, look } = usePreview(subscription.id);
  const save = (rules: SelectorRules) =>
    void onChange({ selectors: rules.keep.length + rules.drop.length > 0 ? rules : null });
  return (
    <Form className="flex flex-col gap-3" onSubmit={(data) => save(rulesOf(data))}>
      <p className="text-sm text-soft">{t('selectorsHint')}</p>
      <TextAreaField
        label={t('keep')}
        name="keep"
        defaultValue={keep.join('\n')}
        placeholder="article .text"
        rows={2}
      />
      <TextAreaField label={t('drop')} name="drop" defaultValue={drop.join('\n')} placeholder=".newsletter" rows={2} />
      <div className="flex flex-wrap gap-2">
        <Button type="submit">{texts.t('action.save')}</Button>
        <Button
          disabled={isLoading}
          onClick={(event) => {
            const { form } = event.currentTarget;
            if (form) void look(rulesOf(new FormData(form)));
          }}
        >
          {t('preview')}
        </Button>
      </div>
      <div role="status" className="text-sm text-soft">
        {isLoading && t('previewing')}
      </div>
      {error !== null && (
        <p role="alert" className="text-sm text-danger">
          {texts.problem(error)}
        </p>
      )}
      {preview && !isLoading && <Preview preview={preview} />}
    </Form>
  );
}

function usePreview(subscriptionId: string) {
  const api = useEnrichment();
  const [preview, setPreview] = useState<ExtractionPreview | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [isLoading, setIsLoading] = useState(false);
  const look = async (rules: SelectorRules) => {
    setIsLoading(true);
    setError(null);
    setPreview(null);
    await api.previewSelectors(subscriptionId, rules).then(setPreview, setError);
    setIsLoading(false);
  };
  return { preview, error, isLoading, look };
}

/** What the newest article of the feed becomes. */
function Preview({ preview }: { preview: ExtractionPreview }) {
  const t = useOwnTexts(feedTextsTexts);
  return (
    <section aria-label={t('preview')} className="rounded-lg border border-line p-3">
      <p className="pb-2 text-[0.8125rem] wrap-anywhere text-soft">{preview.url}</p>
      {preview.ok ? (
        <>
          <p className="pb-2 text-[0.8125rem] text-soft">
            {t('matched', {
              keep: preview.matched.keep.join(', ') || '–',
              drop: preview.matched.drop.join(', ') || '–',
            })}
          </p>
          <div className="max-h-80 overflow-y-auto">
            <ArticleText html={preview.html} />
          </div>
        </>
      ) : (
        <p className="text-sm text-danger">
          <FullTextTrouble code={preview.code} reason={preview.reason} />
        </p>
      )}
    </section>
  );
}

/** One selector a line. */
function rulesOf(data: FormData): SelectorRules {
  const lines = (name: string) =>
    String(data.get(name) ?? '')
      .split('\n')
      .map((line) => line.trim())
      .filter(Boolean);
  return { keep: lines('keep'), drop: lines('drop') };
}
