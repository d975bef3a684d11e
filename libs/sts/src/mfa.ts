import type { Call } from '@muniment/kernel';

/** There are no devices to ask yet, so no code is right: refused as AWS refuses a wrong one (requirements-1 section 14). */
export function refuseMfa(input: { readonly SerialNumber?: string; readonly TokenCode?: string }, call: Call): void {
  const { SerialNumber, TokenCode } = input;
  if (SerialNumber === undefined && TokenCode === undefined) return;
  if (SerialNumber === undefined || TokenCode === undefined) {
    call.fault(
      'AccessDenied',
      'MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.',
    );
  }
  call.fault('AccessDenied', 'MultiFactorAuthentication failed with invalid MFA one time pass code.');
}
