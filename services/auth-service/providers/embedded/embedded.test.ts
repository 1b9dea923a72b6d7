import { startTestAuthService } from '../../testing.ts';
import { describeProvider } from '../contract.ts';

describeProvider('auth-service itself', {
  open: startTestAuthService,
  passStep: ({ rows }) => rows.script('update totp_secrets set last_step = 0'),
});
