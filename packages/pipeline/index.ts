export { type Alarm, createAlarm } from './alarm.ts';
export { OutageError, ParkedError, PostponedError } from './errors.ts';
export { type RunningStage, runStage, type SaveStage, type StageOptions, type StageResult } from './run-stage.ts';
export { claimStage, completeStage, failStage, postponeStage, renewStage, type StageItem } from './stages.ts';
