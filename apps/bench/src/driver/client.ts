import type { SigningCredentials } from '@muniment/sigv4';
import { Lane, type Target } from './lane.js';
import { type QueryCall, signedCall } from './query-call.js';

/** Makes single calls, to prepare what is measured. */
export class Client {
  readonly #lane: Lane;
  readonly #target: Target;

  private constructor(lane: Lane, target: Target) {
    this.#lane = lane;
    this.#target = target;
  }

  static async open(target: Target): Promise<Client> {
    return new Client(await Lane.open(target, { keepsBodies: true }), target);
  }

  /**
   * @returns the answer's XML.
   * @throws Error with the server's answer when it is no success.
   */
  async call(credentials: SigningCredentials, call: QueryCall): Promise<string> {
    const { status, body } = await this.#exchange(signedCall(call, credentials, this.#target));
    if (status !== 200) throw new Error(`${call.action} failed: ${status} ${body}`);
    return body;
  }

  close(): void {
    this.#lane.close();
  }

  #exchange(request: Buffer): Promise<{ status: number; body: string }> {
    return new Promise((resolve, reject) => this.#lane.send(request, resolve, reject));
  }
}

/** The text of the first element of this name. */
export function textOf(xml: string, element: string): string {
  const text = new RegExp(`<${element}>([^<]*)</${element}>`).exec(xml)?.[1];
  if (text === undefined) throw new Error(`no \`${element}\` in \`${xml}\``);
  return text;
}

/** The credentials in the answer of CreateAccessKey or AssumeRole. */
export function credentialsIn(xml: string): SigningCredentials {
  const token = xml.includes('<SessionToken>') ? { sessionToken: textOf(xml, 'SessionToken') } : {};
  return { accessKeyId: textOf(xml, 'AccessKeyId'), secretAccessKey: textOf(xml, 'SecretAccessKey'), ...token };
}
