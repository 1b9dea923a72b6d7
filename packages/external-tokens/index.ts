export { accessKeyName, createTokenReader, sealedFile, type TokenReaderOptions, tokenFileName } from './reader.ts';
export {
  accessKeyOf,
  createSealer,
  type KeySources,
  type SealContext,
  type Sealer,
  type SealPurpose,
} from './sealing.ts';
export { type TokenStoreFields, type TokenStoreSettings, tokenStoreFields, tokenStoreSettings } from './settings.ts';
export {
  assertNames,
  DEFAULT_ACCOUNT,
  type ExternalToken,
  parseJson,
  parseToken,
  type TokenReader,
  TokenStoreError,
  tokenOf,
  writeToken,
} from './token.ts';
