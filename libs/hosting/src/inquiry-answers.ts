import { muniment } from '@muniment/aws-model';
import { readJsonInput, resolveFault, type WireFault } from '@muniment/aws-wire';
import type { Inquiries } from '@muniment/decisions';
import type { Awaitable, Position } from '@muniment/kernel';
import { systemClock } from '@muniment/runtime';
import { answerText } from './answer-text.js';

export interface InquiryParts {
  readonly inquiries: Inquiries;
  readonly partition: string;
  /** Waits, not for ever, until what decides knows everything up to a position. */
  readonly reached: (position: Position) => Awaitable<boolean>;
  /** Told of what is nobody's fault who asks. */
  readonly unexpected: (error: unknown) => void;
}

/** Status of HTTP and body, as the signed operation of this name would answer. */
export interface InquiryAnswer {
  readonly status: number;
  /** JSON. */
  readonly body: string;
}

/** Answers what is asked of an operation without a signature: whoever gets this far is trusted with all answers. */
export type InquiryAnswers = (operation: string, asked: unknown, position?: Position) => Awaitable<InquiryAnswer>;

type Asking = Parameters<Inquiries['answer']>[1];

const operations = {
  IsAuthorized: {
    operation: muniment.IsAuthorized,
    answer: (inquiries: Inquiries, input: muniment.IsAuthorizedRequest, asking: Asking): Awaitable<InquiryAnswer> => {
      const answered = inquiries.answer(input, asking);
      return answered instanceof Promise ? answered.then(one) : one(answered);
    },
  },
  BatchIsAuthorized: {
    operation: muniment.BatchIsAuthorized,
    answer: (
      inquiries: Inquiries,
      batch: muniment.BatchIsAuthorizedRequest,
      asking: Asking,
    ): Awaitable<InquiryAnswer> => {
      const answered = inquiries.answerAll(batch, asking);
      return answered instanceof Promise ? answered.then(many) : many(answered);
    },
  },
};

/** Subjects on which other users of the bus may ask, when that is turned on: `muniment.inquiries.IsAuthorized`. */
export const inquiriesPrefix = 'muniment.inquiries';

/** Names of the operations that can be asked so. */
export const inquiryOperations: readonly string[] = Object.keys(operations);

type AnyEntry = {
  readonly operation: typeof muniment.IsAuthorized;
  readonly answer: (inquiries: Inquiries, input: never, asking: Asking) => Awaitable<InquiryAnswer>;
};

export function inquiryAnswers({ inquiries, partition, reached, unexpected }: InquiryParts): InquiryAnswers {
  const failed = (error: unknown): InquiryAnswer => {
    unexpected(error);
    return unavailable;
  };
  const decided = (name: string, asked: unknown): Awaitable<InquiryAnswer> => {
    if (!Object.hasOwn(operations, name)) return refused('InvalidAction', `there is no operation \`${name}\``);
    const { operation, answer } = operations[name as keyof typeof operations] as AnyEntry;
    const read = readJsonInput(operation, asked);
    if (!read.ok) return faulty(read.fault);
    const answered = answer(inquiries, read.input as never, { partition, now: systemClock.now() });
    return answered instanceof Promise ? answered.catch(failed) : answered;
  };
  return (name, asked, position = 0) => {
    try {
      const ready = position === 0 || reached(position);
      if (ready === true) return decided(name, asked);
      return Promise.resolve(ready).then((is) => (is ? decided(name, asked) : behind), failed);
    } catch (error) {
      return failed(error);
    }
  };
}

function one(answered: Awaited<ReturnType<Inquiries['answer']>>): InquiryAnswer {
  if ('error' in answered) return refused(answered.error.code, answered.error.message);
  return { status: 200, body: answerText(answered) };
}

const many = (answers: readonly muniment.Answer[]): InquiryAnswer => ({
  status: 200,
  body: `{"Answers":[${answers.map(answerText).join(',')}]}`,
});

const refused = (code: string, message: string): InquiryAnswer => faulty({ code, message });

/** A fault in the form that AWS's JSON protocol gives it. */
export function faulty(fault: WireFault): InquiryAnswer {
  const { code, message, status } = resolveFault(muniment.service, fault);
  return { status, body: JSON.stringify({ __type: code, message }) };
}

const unavailable = faulty({
  code: 'ServiceUnavailable',
  message: 'The request has failed due to a temporary failure of the server.',
  status: 503,
});

const behind = faulty({
  code: 'ServiceUnavailable',
  message: 'The service has not caught up with your last change. Try again.',
  status: 503,
});
