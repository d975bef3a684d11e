/** Why a question cannot be decided: an error that the operations declare, and its text. */
export class Unanswerable extends Error {
  readonly code: 'InvalidQuestionException' | 'UnknownPrincipalException';

  constructor(message: string, code: Unanswerable['code'] = 'InvalidQuestionException') {
    super(message);
    this.name = 'Unanswerable';
    this.code = code;
  }
}
