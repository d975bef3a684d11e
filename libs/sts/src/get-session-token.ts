import { sts } from '@muniment/aws-model';
import { type Session, query, unrestricted } from '@muniment/kernel';
import { refuseMfa } from './mfa.js';
import { issueSession } from './session.js';
import { refusal } from './who-may-call.js';

const defaultSeconds = 43200;
/** Longer sessions of the root user are cut, not refused (requirements-2 section 8). */
const longestOfRoot = 3600;

/** Needs no permission and cannot be denied (requirements-2 section 8): the session can do what its maker can. */
export const GetSessionToken = query(sts.GetSessionToken, {
  gather: async (_input, _from, call) => call.caller,
  authorize: unrestricted,
  decide(input, { principal, session: callers }, call): Session {
    const refused = refusal(callers, 'sts', 'GetSessionToken');
    if (refused) call.fault(refused.code, refused.message);
    refuseMfa(input, call);
    const { DurationSeconds = defaultSeconds } = input;
    const seconds = principal.type === 'Root' ? Math.min(DurationSeconds, longestOfRoot) : DurationSeconds;
    return { kind: 'GetSessionToken', issuedAt: call.now.toISOString(), expiresAt: call.after(seconds).toISOString() };
  },
  reply: (session, { MinimumSessionTokenSize }, { caller: { account, principal } }, secrets) =>
    issueSession({ account, principal, session }, secrets, MinimumSessionTokenSize),
});
