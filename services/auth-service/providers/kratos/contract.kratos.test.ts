import { afterAll, beforeAll } from 'vitest';
import { describeProvider, describeReading } from '../contract.ts';
import { openRecorder } from './recording.ts';
import { type KratosUnderTest, startKratosUnderTest } from './testing.ts';

let under: KratosUnderTest;
beforeAll(async () => {
  under = await startKratosUnderTest();
});
afterAll(() => under?.stop());

describeProvider('Kratos', {
  open: (environment) => under.open(environment),
  passStep: ({ rows }) => rows.script('delete from used_codes'),
  lacks: ['passkeys'],
  recoveryCodes: 12,
});

if (process.env.ALT_KRATOS_RECORD) {
  const recorder = openRecorder(() => under.kratos);
  describeReading('Kratos, recorded', async (environment) =>
    under.open({ ...environment, ...(await recorder.begin()) }),
  );
  afterAll(() => recorder.save());
}
