import {
  type ActionDefinition,
  arnFormat,
  type ConditionKeyType,
  type ServiceDefinition,
  template,
} from '@muniment/service-catalog';
import { fold } from '@muniment/kernel';
import { Noted } from './noted.js';

/** An action, with the ARN formats of what it can be about. */
interface Action {
  readonly formats: readonly string[];
  readonly fits: readonly ((arn: string) => boolean)[];
  readonly needsResource: boolean;
}

/** A service of an account's own as questions are checked against it. */
export class OwnService {
  readonly #prefix: string;
  /** What the keys of the service begin with. */
  readonly #ofKeys: string;
  /** By their names as they are spelt in questions. */
  readonly #actions: Noted<Action>;
  /** Types of keys, folded. */
  readonly #types: Noted<ConditionKeyType>;

  /** Of a definition as it is stored. */
  static of(definition: string): OwnService {
    return new OwnService(JSON.parse(definition) as ServiceDefinition);
  }

  constructor({ prefix, actions, resourceTypes, conditionKeys }: ServiceDefinition) {
    this.#prefix = prefix;
    this.#ofKeys = `${prefix}:`;
    const arns = new Map(resourceTypes.map(({ name, arn }) => [name, arn]));
    const known = ({ resourceTypes: types }: ActionDefinition): Action => {
      const formats = types.map(({ name }) => arns.get(name)).filter((arn) => arn !== undefined);
      return { formats, fits: formats.map(arnFormat), needsResource: types.some(({ required }) => required) };
    };
    const byName = new Map(actions.map((action) => [fold(action.name), known(action)]));
    this.#actions = new Noted((action) => byName.get(fold(action.slice(action.indexOf(':') + 1))));
    const keys = conditionKeys.map(({ name, type }) => ({ fits: template(fold(name)), type }));
    this.#types = new Noted((key) => keys.find(({ fits }) => fits(key))?.type);
  }

  /** Why an action on a resource makes no sense; undefined when it does. */
  objection(action: string, resource: string): string | undefined {
    const known = this.#actions.of(action);
    if (!known) return `the service \`${this.#prefix}\` has no action \`${action}\``;
    const { formats, fits, needsResource } = known;
    if (resource === '*') {
      if (!needsResource) return undefined;
      return `\`${action}\` needs a resource: ${listed(formats)}`;
    }
    if (fits.some((fit) => fit(resource))) return undefined;
    if (formats.length === 0) return `\`${action}\` is about no resource, only about \`*\`: not \`${resource}\``;
    return `\`${action}\` is not about \`${resource}\`: ${listed(formats)}`;
  }

  /** Whether a condition key is one of the service's by its prefix. */
  owns(key: string): boolean {
    return key.startsWith(this.#ofKeys);
  }

  /** The type of a key, folded; undefined: the service has no such key. */
  typeOf(key: string): ConditionKeyType | undefined {
    return this.#types.of(key);
  }
}

const listed = (formats: readonly string[]): string => formats.map((format) => `\`${format}\``).join(', ');
