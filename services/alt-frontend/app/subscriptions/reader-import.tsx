import type { BodyOf, createReaderImport, listReaderImports, ReaderImport, ResponseOf } from '@alt/contracts';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useConnection } from '../data/api-context.ts';
import { keys } from '../data/keys.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { useTexts } from '../language/translate.ts';
import { Button } from '../ui/button.tsx';
import { Field, SelectField } from '../ui/field.tsx';
import { Form } from '../ui/form.tsx';
import { LoadFailed } from '../ui/load-failed.tsx';
import { readerImportTexts } from './reader-import-texts.ts';

type Given = BodyOf<typeof createReaderImport>;
type ServiceName = ReaderImport['service'];

/** While nothing tells of it: the stream of events does, unless it is broken. */
const LOOK_MS = 2_000;

/** An account at another service, brought here: what is asked for, how far it is, what came of it. */
export function ReaderImportSection() {
  const t = useOwnTexts(readerImportTexts);
  const { client } = useConnection();
  const cache = useQueryClient();
  const { problem } = useTexts();
  const [isAsking, setAsking] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const { data, error, refetch } = useQuery({
    queryKey: keys.imports,
    queryFn: async () =>
      (await client.call<ResponseOf<typeof listReaderImports>>('GET', '/v1/imports', { query: { limit: 1 } })).items,
    refetchInterval: ({ state }) => (state.data?.some(isUnderWay) ? LOOK_MS : false),
  });
  if (!data) return error && <LoadFailed error={error} onRetry={() => void refetch()} />;
  const [latest] = data;
  const begin = async (body: Given) => {
    setFailure(null);
    try {
      const begun = await client.call<ReaderImport>('POST', '/v1/imports/google-reader', { body });
      cache.setQueryData(keys.imports, [begun]);
      setAsking(false);
    } catch (refusal) {
      setFailure(refusal);
    }
  };
  const isShown = latest !== undefined && !isAsking;
  return (
    <section className="flex flex-col gap-3 border-t border-line py-5">
      <h3 className="font-semibold">{t('title')}</h3>
      <p className="text-[0.9375rem] text-soft">{t('text')}</p>
      {isShown && <Report of={latest} />}
      {isShown && !isUnderWay(latest) && (
        <Button className="self-start" onClick={() => setAsking(true)}>
          {t(latest.state === 'failed' ? 'retry' : 'again')}
        </Button>
      )}
      {!isShown && <ImportForm previous={latest} onBegin={(body) => void begin(body)} />}
      <div role="alert" className="text-[0.9375rem] text-danger">
        {failure !== null && problem(failure)}
      </div>
    </section>
  );
}

function isUnderWay({ state }: ReaderImport): boolean {
  return state === 'waiting' || state === 'running';
}

/** Where a service is that is the same for everybody. */
const ADDRESSES: Partial<Record<ServiceName, string>> = {
  theoldreader: 'https://theoldreader.com',
  bazqux: 'https://bazqux.com',
};
const NAMES: [ServiceName, string][] = [
  ['freshrss', 'FreshRSS'],
  ['miniflux', 'Miniflux'],
  ['theoldreader', 'The Old Reader'],
  ['bazqux', 'BazQux'],
];

function ImportForm({ previous, onBegin }: { previous: ReaderImport | undefined; onBegin(body: Given): void }) {
  const t = useOwnTexts(readerImportTexts);
  const hasFailed = previous?.state === 'failed';
  const [service, setService] = useState<ServiceName>(hasFailed ? previous.service : 'freshrss');
  const address = ADDRESSES[service];
  const submit = (data: FormData) => {
    const text = (name: string) => String(data.get(name) ?? '');
    const url = address ?? text('url');
    onBegin({
      service,
      url,
      username: text('username'),
      password: text('password'),
      what: ['unread', 'starred', 'labels', 'read'],
    });
  };
  return (
    <Form className="flex max-w-md flex-col gap-4" autoComplete="off" onSubmit={submit}>
      <SelectField
        label={t('service')}
        value={service}
        onChange={(event) => setService(event.target.value as ServiceName)}
      >
        {NAMES.map(([name, label]) => (
          <option key={name} value={name}>
            {label}
          </option>
        ))}
        <option value="other">{t('other')}</option>
      </SelectField>
      {address === undefined && (
        <Field
          label={t('address')}
          hint={t('addressHint')}
          name="url"
          required
          inputMode="url"
          autoCapitalize="none"
          spellCheck={false}
          placeholder="https://reader.example.org"
          defaultValue={hasFailed ? previous.url : ''}
        />
      )}
      <Field
        label={t('username')}
        name="username"
        required
        autoCapitalize="none"
        autoComplete="off"
        spellCheck={false}
        defaultValue={hasFailed ? previous.username : ''}
      />
      <Field
        label={t('password')}
        hint={`${t(`passwordHint.${service}`)} ${t('kept')}`}
        name="password"
        type="password"
        required
        autoComplete="off"
      />
      <Button type="submit" look="primary" className="self-start">
        {t('begin')}
      </Button>
    </Form>
  );
}

function Report({ of }: { of: ReaderImport }) {
  return (
    <div className="flex flex-col gap-2 rounded-xl bg-hover p-4 text-[0.9375rem]">
      {isUnderWay(of) ? <Progress of={of} /> : of.state === 'failed' ? <Failure of={of} /> : <Result of={of} />}
    </div>
  );
}

function Progress({ of }: { of: ReaderImport }) {
  const t = useOwnTexts(readerImportTexts);
  const { ago, number } = useTexts();
  const { phase, done, total, nextAttemptAt } = of;
  const host = hostOf(of);
  return (
    <>
      {total > 0 && <progress value={done} max={total} aria-label={t('progressLabel')} className="progress" />}
      <p role="status" className="tabular-nums">
        {t(`phase.${phase}`, { host, done: number(done), total: number(total) })}
      </p>
      {nextAttemptAt && <p className="text-sm text-warning">{t('waits', { host, time: ago(nextAttemptAt) })}</p>}
      <p className="text-sm text-soft">{t('background')}</p>
    </>
  );
}

function Failure({ of }: { of: ReaderImport }) {
  const t = useOwnTexts(readerImportTexts);
  const code = of.error?.code ?? 'internal';
  return (
    <div role="status">
      <p className="font-medium wrap-anywhere">{t('error.title', { host: hostOf(of) })}</p>
      <p>{isKnownError(code) ? t(`error.${code}`) : t('error.internal')}</p>
      {of.error && (
        <p className="mt-1 text-sm text-soft wrap-anywhere" lang="en">
          {of.error.message}
        </p>
      )}
    </div>
  );
}

const ERRORS = [
  'sign-in-refused',
  'no-reader-api',
  'address-refused',
  'redirected-elsewhere',
  'unreachable',
  'answer-unusable',
  'limit-reached',
  'secret-lost',
  'internal',
] as const;

function isKnownError(code: string): code is (typeof ERRORS)[number] {
  return (ERRORS as readonly string[]).includes(code);
}

const LEFT = ['not-followed', 'removed', 'empty', 'too-large', 'absent'] as const;
/** Addresses that could not be followed are named up to this number. */
const SHOWN_FAILURES = 20;

function Result({ of }: { of: ReaderImport }) {
  const t = useOwnTexts(readerImportTexts);
  const { result } = of;
  if (!result) return <p role="status">{t('phase.over')}</p>;
  const { subscriptions, articles, failed, missing } = result;
  const states = (['unread', 'starred', 'labelled'] as const).filter((state) => articles[state] > 0);
  const left = LEFT.map((reason) => ({
    reason,
    count: articles.left.find((one) => one.reason === reason)?.count ?? 0,
  }));
  return (
    <>
      <p role="status" className="font-medium wrap-anywhere">
        {t('done', { host: hostOf(of) })}
      </p>
      <p>
        {t('created', { count: subscriptions.created })}
        {subscriptions.existing > 0 && ` · ${t('existing', { count: subscriptions.existing })}`}
      </p>
      <p>
        {[
          t('articles', { count: articles.stored }),
          ...states.map((state) => t(state, { count: articles[state] })),
        ].join(' · ')}
      </p>
      <ul className="text-sm text-soft">
        {left.map(({ reason, count }) => count > 0 && <li key={reason}>{t(`left.${reason}`, { count })}</li>)}
      </ul>
      {missing.length > 0 && <p className="text-sm text-warning">{t('missing', { parts: missing.join(', ') })}</p>}
      {failed.length > 0 && (
        <div>
          <p>{t('failed', { count: failed.length })}</p>
          <ul className="mt-1 text-sm text-soft">
            {failed.slice(0, SHOWN_FAILURES).map(({ url, reason }) => (
              <li key={`${url} ${reason}`} className="wrap-anywhere">
                {url} — {reason}
              </li>
            ))}
          </ul>
        </div>
      )}
    </>
  );
}

function hostOf({ url }: ReaderImport): string {
  return URL.parse(url)?.host ?? url;
}
