/** What a command ends with, for scripts. */
export const exitCodes = {
  well: 0,
  /** Something is not as it should be: a replica, a read model, a piece of work. */
  unwell: 1,
  /** Nothing was done: the arguments, the settings, or somebody else is at work. */
  refused: 2,
  interrupted: 130,
} as const;

/** A command ends here, and the person who gave it is told why. */
export class Failure extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number = exitCodes.refused) {
    super(message);
    this.name = 'Failure';
    this.exitCode = exitCode;
  }
}
