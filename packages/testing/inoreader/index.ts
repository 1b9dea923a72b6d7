export type { ReaderAccount, ReaderFeed, ReaderItem } from './account.ts';
export type { ReaderFault } from './faults.ts';
export {
  type FaultOrder,
  type ReaderControl,
  type ReaderRequest,
  type ReaderServer,
  type ReaderServerOptions,
  startInoreader,
} from './server.ts';
export { READER_VARIANTS, type ReaderProduct, type ReaderVariant } from './variants.ts';
