export { type Alarm, createAlarm } from './alarm.ts';
export { OutageError, ParkedError, PostponedError } from './errors.ts';
export {
  countInbound,
  forgetInbound,
  INBOUND_CHANNEL,
  INBOUND_HTML_LENGTH,
  type InboundItem,
  type InboundResult,
  SETTLED_CHANNEL,
  settledInbound,
  writeInbound,
} from './inbound.ts';
export {
  type BatchOptions,
  type RunningStage,
  runBatches,
  runStage,
  type SaveBatch,
  type SaveStage,
  type StageOptions,
  type StageResult,
} from './run-stage.ts';
export {
  claimStage,
  completeStage,
  completeStages,
  failStage,
  postponeStage,
  renewStage,
  type StageItem,
} from './stages.ts';
