import { type AccountReport, reportAll } from '../../services/auth-token-manager/manager.ts';
import { type Finding, fault, remark, well } from '../doctor/finding.ts';
import { jobs } from '../registry.ts';
import type { Terminal } from '../terminal.ts';
import { withTokens } from '../tokens/manager.ts';
import { moment } from '../wording.ts';

/** How the tokens of other services are; nothing where nobody configured or authorised one. Asks no provider anything. */
export async function checkTokens(terminal: Terminal): Promise<Finding[]> {
  const isConfigured = jobs['auth-token-manager'].isConfigured(terminal.environment);
  try {
    const reports = await withTokens(terminal, reportAll);
    if (reports.length > 0) return reports.map(findingOf);
    if (!isConfigured) return [];
    return [
      well(
        'Inoreader is configured, and nobody authorised an account. Begin: npm run alt -- tokens authorize inoreader',
      ),
    ];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return [remark(`The tokens of other services cannot be looked at from here: ${reason}`)];
  }
}

function findingOf({ provider, account, tier, sentence, isDue, needsPerson, expiresAt }: AccountReport): Finding {
  const name = `The token of ${provider}/${account}`;
  if (needsPerson) return fault(`${name} needs a person. ${sentence}`);
  if (tier === 'critical') return fault(`${name} is over, or nearly so. ${sentence}`);
  if (tier === 'warning') return remark(`${name} should have been renewed by now. ${sentence}`);
  const until = expiresAt ? moment(new Date(expiresAt), new Date()) : 'an unknown time';
  return well(`${name} is valid until ${until}${isDue ? '; it is due to be renewed' : ''}.`);
}
