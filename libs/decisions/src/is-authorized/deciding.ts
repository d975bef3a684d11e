import type { muniment } from '@muniment/aws-model';
import type { Sources } from '@muniment/kernel';
import type { Inquiries } from './inquiries.js';

/** What operations ask, by way of their sources. */
export type Asked =
  | { readonly one: muniment.IsAuthorizedRequest }
  | { readonly many: muniment.BatchIsAuthorizedRequest };

/** How a host lets the operations of this context ask. */
export const deciding =
  (inquiries: Inquiries): Sources['decide'] =>
  (question, asking) => {
    const asked = question as Asked;
    return 'one' in asked ? inquiries.answer(asked.one, asking) : inquiries.answerAll(asked.many, asking);
  };
