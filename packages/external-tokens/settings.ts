import { z } from 'zod';

/** The settings that whoever reads or writes external tokens has; spread into the schema of its config. */
export const tokenStoreFields = {
  /** Where the tokens are: rows of the database `alt`, files of a folder, or a Secret of Kubernetes. */
  ALT_TOKENS_STORE: z
    .enum(['postgres', 'file', 'kubernetes'], 'must be postgres, file or kubernetes')
    .default('postgres'),
  /** The folder of the files. */
  ALT_TOKENS_DIR: z.string().default('tokens'),
  /** For a reader on Kubernetes: where its chart mounts what readers need of the Secret. */
  ALT_TOKENS_MOUNT: z.string().default('/run/secrets/external-tokens'),
  /** Seals the tokens; several with commas between, the first one seals. Not on Kubernetes, which keeps Secrets itself. */
  ALT_TOKENS_KEY: z.string().optional(),
  /** For a reader in place of ALT_TOKENS_KEY: opens access tokens only. */
  ALT_TOKENS_ACCESS_KEY: z.string().optional(),
  /** Seals them where no key of their own is given: the key of the data folder. */
  ALT_SECRET_KEY: z.string().optional(),
};

export type TokenStoreFields = z.infer<z.ZodObject<typeof tokenStoreFields>>;

export interface TokenStoreSettings {
  store: 'postgres' | 'file' | 'kubernetes';
  /** Of the files, or of the mounted Secret. */
  folder: string;
  keys: { tokensKey?: string | undefined; accessKey?: string | undefined; secretKey?: string | undefined };
}

/** What those fields mean. */
export function tokenStoreSettings(values: TokenStoreFields): TokenStoreSettings {
  return {
    store: values.ALT_TOKENS_STORE,
    folder: values.ALT_TOKENS_STORE === 'kubernetes' ? values.ALT_TOKENS_MOUNT : values.ALT_TOKENS_DIR,
    keys: {
      tokensKey: values.ALT_TOKENS_KEY,
      accessKey: values.ALT_TOKENS_ACCESS_KEY,
      secretKey: values.ALT_SECRET_KEY,
    },
  };
}
